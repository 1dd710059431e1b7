import type { Component } from './component.ts';
import { GO_PROGRAM } from './go-program.ts';
import { routePrefix } from './route-prefix.ts';

export const pushgateway: Component = {
  name: 'pushgateway',
  kind: 'Exporter',
  version: '1.11.2',
  port: 9091,
  artifact: {
    repository: 'prometheus/pushgateway',
    archive: 'pushgateway',
    checksums: 'sha256sums.txt',
    debianPackage: 'prometheus-pushgateway',
    debianFiles: [
      {
        package: 'prometheus-pushgateway',
        from: 'usr/bin/prometheus-pushgateway',
        to: 'pushgateway',
        executable: true,
      },
      { package: 'prometheus-pushgateway', from: 'usr/share/prometheus/pushgateway', to: 'share', executable: false },
    ],
    programs: ['pushgateway'],
  },
  config: undefined,
  // What was pushed says itself which job and instance it is of.
  honorsLabels: true,
  reservedFlags: {
    'persistence.file': 'it always lies in the unit’s own directory',
    'web.listen-address': 'write `port:` or `listen:`',
    'web.config.file': 'write `endpoint_security:`',
  },
  argv: ({ listen }) => ['--persistence.file={var}/metrics', `--web.listen-address=${listen}`],
  metricsPath: (flags) =>
    `${routePrefix(flags)}/${String(flags['web.telemetry-path'] ?? 'metrics').replace(/^\/+/, '')}`,
  // SIGHUP kills it, and it reads no configuration.
  reload: () => undefined,
  ready: ({ port, metricsPath: path }) => [
    { name: 'answers /metrics', port, path, status: 200, metric: 'pushgateway_build_info', above: 0 },
  ],
  checks: [],
  refusesFlags: undefined,
  // It saves what was pushed every 5 minutes and when it stops.
  stop: { signal: 'SIGTERM', graceSeconds: 60, kill: false },
  tlsSince: '1.5.0',
  limits: { memoryBytes: 0, openFiles: 65_536 },
  // The page of Debian's build lies outside the program.
  sandbox: { ...GO_PROGRAM, binds: [{ from: 'share', to: '/usr/share/prometheus/pushgateway' }] },
  losses: () => undefined,
};
