import type { Component, NativeConfig } from './component.ts';
import { GO_PROGRAM } from './go-program.ts';
import { routePrefix } from './route-prefix.ts';

export const PROMETHEUS_CONFIG: NativeConfig = {
  file: 'prometheus.yml',
  standard: 'global:\n  scrape_interval: 15s\n  evaluation_interval: 15s\n',
};

export const prometheus: Component = {
  name: 'prometheus',
  kind: 'Prometheus',
  version: '3.5.5',
  port: 9090,
  artifact: {
    repository: 'prometheus/prometheus',
    archive: 'prometheus',
    checksums: 'sha256sums.txt',
    debianPackage: 'prometheus',
    // Up to 2.45 promtool lies in the package "prometheus", later in one of its own, always of the same version.
    debianFiles: [
      { package: 'prometheus', from: 'usr/bin/prometheus', to: 'prometheus', executable: true },
      { package: 'prometheus', from: 'usr/bin/promtool', to: 'promtool', executable: true },
      { package: 'promtool', from: 'usr/bin/promtool', to: 'promtool', executable: true },
    ],
    programs: ['prometheus', 'promtool'],
  },
  config: PROMETHEUS_CONFIG,
  honorsLabels: false,
  reservedFlags: {
    'config.file': 'write `config:`',
    'storage.tsdb.path': 'its data always lies in the unit’s own directory',
    'storage.tsdb.retention.time': 'write `retention: { time: … }`',
    'storage.tsdb.retention.size': 'write `retention: { size: … }`',
    'web.listen-address': 'write `port:` or `listen:`',
    'web.config.file': 'write `endpoint_security:`',
    agent: 'agent mode is not in this version of promfleet yet',
  },
  // Every path is passed: Debian's builds have other defaults than upstream's.
  argv: ({ listen }) => [
    '--config.file={etc}/prometheus.yml',
    '--storage.tsdb.path={var}/data',
    `--web.listen-address=${listen}`,
    // May be given several times: an operator’s own features come beside it.
    '--enable-feature=memory-snapshot-on-shutdown',
  ],
  metricsPath: (flags) => `${routePrefix(flags)}/metrics`,
  // SIGHUP needs no --web.enable-lifecycle, which would let anyone who reaches the port stop the server.
  reload: ({ port, metricsPath }) => ({
    signal: 'SIGHUP',
    metricsPath,
    port,
    successMetric: 'prometheus_config_last_reload_successful',
    timestampMetric: 'prometheus_config_last_reload_success_timestamp_seconds',
  }),
  ready: ({ port, metricsPath }) => [
    { name: 'ready', port, path: metricsPath.replace(/metrics$/, '-/ready'), status: 200, metric: '', above: 0 },
  ],
  checks: [{ argv: ['promtool', 'check', 'config', '{etc}/prometheus.yml'] }],
  refusesFlags: 'Error parsing command',
  // A Prometheus that compacts or flushes may take minutes; killing it costs data, so it is reported instead.
  stop: { signal: 'SIGTERM', graceSeconds: 600, kill: false },
  tlsSince: '2.24.0',
  limits: { memoryBytes: 0, openFiles: 65_536 },
  sandbox: GO_PROGRAM,
  // While its disk is full it says that it is ready, and stores nothing; and its next start reads its log only up to the record that was torn
  // then. The snapshot of its memory that it leaves at a clean stop is read instead: what came after is kept.
  losses: ({ port, metricsPath }) => ({
    port,
    metricsPath,
    lostMetrics: ['prometheus_tsdb_wal_writes_failed_total'],
    storedMetric: 'prometheus_tsdb_head_samples_appended_total',
    directory: '{var}/data',
    // About 250 bytes per series were seen, labels and the newest chunk; the fullest chunk of values that do not compress has a thousand.
    rescue: {
      leaves: 'chunk_snapshot.',
      sizeMetric: 'prometheus_tsdb_head_series',
      bytesEach: 1_200,
      bytesLeast: 32 * 1024 * 1024,
    },
  }),
};
