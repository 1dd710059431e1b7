import type { Component } from './component.ts';

export const prometheus: Component = {
  name: 'prometheus',
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
  reservedFlags: {
    'config.file': 'write `config:`',
    'storage.tsdb.path': 'its data always lies in the unit’s own directory',
    'storage.tsdb.retention.time': 'write `retention: { time: … }`',
    'storage.tsdb.retention.size': 'write `retention: { size: … }`',
    'web.listen-address': 'write `port:` or `listen:`',
  },
  // Every path is passed: Debian's builds have other defaults than upstream's.
  argv: ({ listen }) => [
    '--config.file={etc}/prometheus.yml',
    '--storage.tsdb.path={var}/data',
    `--web.listen-address=${listen}`,
  ],
  // SIGHUP needs no --web.enable-lifecycle, which would let anyone who reaches the port stop the server.
  reload: (port) => ({
    signal: 'SIGHUP',
    metricsPath: '/metrics',
    port,
    successMetric: 'prometheus_config_last_reload_successful',
    timestampMetric: 'prometheus_config_last_reload_success_timestamp_seconds',
  }),
  ready: (port) => [{ name: 'ready', port, path: '/-/ready', status: 200, metric: '', above: 0 }],
  // A Prometheus that compacts or flushes may take minutes; killing it costs data, so it is reported instead.
  stop: { signal: 'SIGTERM', graceSeconds: 600, kill: false },
  limits: { memoryBytes: 0, openFiles: 65_536 },
};
