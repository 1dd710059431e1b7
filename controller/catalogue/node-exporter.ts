import type { Component } from './component.ts';
import { GO_PROGRAM } from './go-program.ts';

export const nodeExporter: Component = {
  name: 'node_exporter',
  kind: 'Exporter',
  version: '1.11.1',
  port: 9100,
  artifact: {
    repository: 'prometheus/node_exporter',
    archive: 'node_exporter',
    checksums: 'sha256sums.txt',
    debianPackage: 'prometheus-node-exporter',
    debianFiles: [
      {
        package: 'prometheus-node-exporter',
        from: 'usr/bin/prometheus-node-exporter',
        to: 'node_exporter',
        executable: true,
      },
    ],
    programs: ['node_exporter'],
  },
  config: undefined,
  honorsLabels: false,
  reservedFlags: {
    'web.listen-address': 'write `port:` or `listen:`',
    'web.config.file': 'write `endpoint_security:`',
    'collector.textfile.directory': 'it is always the unit’s own directory',
  },
  argv: ({ listen }) => [`--web.listen-address=${listen}`, '--collector.textfile.directory={var}'],
  metricsPath: (flags) => `/${String(flags['web.telemetry-path'] ?? 'metrics').replace(/^\/+/, '')}`,
  // SIGHUP kills it: a change of anything is a restart.
  reload: () => undefined,
  // It has no health path: 1.5 answers 200 to any path, 1.9 answers 404. Only its own metric proves that it is itself.
  ready: ({ port, metricsPath: path }) => [
    { name: 'answers /metrics', port, path, status: 200, metric: 'node_exporter_build_info', above: 0 },
  ],
  checks: [],
  refusesFlags: undefined,
  stop: { signal: 'SIGTERM', graceSeconds: 10, kill: true },
  tlsSince: '1.5.0',
  runsTwice: true,
  limits: { memoryBytes: 0, openFiles: 0 },
  // Without these collectors fail, or /home is reported with wrong sizes and no error.
  sandbox: { ...GO_PROGRAM, readHomes: true, netlink: true, readClock: true },
  losses: () => undefined,
};
