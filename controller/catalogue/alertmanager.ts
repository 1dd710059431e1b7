import type { Component, Links } from './component.ts';
import { GO_PROGRAM } from './go-program.ts';
import { routePrefix } from './route-prefix.ts';

const FORMED = 'promfleet forms the cluster: write `replicas:` and `cluster_port:`';

/** Without a cluster address it listens on no other port, and waits for no peer before it notifies. */
function clusterWords(port: number | undefined, { own = [], peers = [] }: Links): string[] {
  if (port === undefined) return ['--cluster.listen-address='];
  const everywhere = own[0]?.startsWith('[') ? '[::]' : '0.0.0.0';
  return [
    `--cluster.listen-address=${everywhere}:${port}`,
    // It finds a private address by itself, and refuses to start on a host that has none.
    ...own.map((address) => `--cluster.advertise-address=${address}`),
    ...peers.map((address) => `--cluster.peer=${address}`),
  ];
}

export const alertmanager: Component = {
  name: 'alertmanager',
  kind: 'Alertmanager',
  version: '0.33.1',
  port: 9093,
  artifact: {
    repository: 'prometheus/alertmanager',
    archive: 'alertmanager',
    checksums: 'sha256sums.txt',
    debianPackage: 'prometheus-alertmanager',
    debianFiles: [
      {
        package: 'prometheus-alertmanager',
        from: 'usr/bin/prometheus-alertmanager',
        to: 'alertmanager',
        executable: true,
      },
      { package: 'prometheus-alertmanager', from: 'usr/bin/amtool', to: 'amtool', executable: true },
      {
        package: 'prometheus-alertmanager',
        from: 'usr/share/prometheus/alertmanager',
        to: 'share',
        executable: false,
      },
    ],
    programs: ['alertmanager', 'amtool'],
  },
  config: { file: 'alertmanager.yml', standard: undefined },
  honorsLabels: false,
  reservedFlags: {
    'config.file': 'write `config:`',
    'storage.path': 'its data always lies in the unit’s own directory',
    'web.listen-address': 'write `port:` or `listen:`',
    'web.config.file': 'write `endpoint_security:`',
    'cluster.listen-address': FORMED,
    'cluster.advertise-address': FORMED,
    'cluster.peer': FORMED,
    'cluster.tls-config': 'TLS between members is not in this version of promfleet yet',
  },
  otherPorts: (replicas) =>
    replicas > 1 ? [{ key: 'cluster_port', number: 9094, protocols: ['tcp', 'udp'], use: 'cluster' }] : [],
  argv: ({ listen, ports, links }) => [
    '--config.file={etc}/alertmanager.yml',
    '--storage.path={var}/data',
    `--web.listen-address=${listen}`,
    ...clusterWords(ports['cluster_port'], links),
  ],
  metricsPath: (flags) => `${routePrefix(flags)}/metrics`,
  reload: ({ port, metricsPath }) => ({
    signal: 'SIGHUP',
    metricsPath,
    port,
    successMetric: 'alertmanager_config_last_reload_successful',
    timestampMetric: 'alertmanager_config_last_reload_success_timestamp_seconds',
  }),
  ready: ({ port, metricsPath }) => [
    { name: 'ready', port, path: metricsPath.replace(/metrics$/, '-/ready'), status: 200, metric: '', above: 0 },
    { name: 'answers /metrics', port, path: metricsPath, status: 200, metric: 'alertmanager_build_info', above: 0 },
  ],
  checks: [{ argv: ['amtool', 'check-config', '{etc}/alertmanager.yml'] }],
  refusesFlags: ', try --help',
  // Silences and the log of what was notified are saved every 15 minutes and when it stops: killed, it forgets them.
  stop: { signal: 'SIGTERM', graceSeconds: 120, kill: false },
  tlsSince: '0.22.0',
  limits: { memoryBytes: 0, openFiles: 65_536 },
  // Debian's build has its templates outside the program, and refuses every configuration without them.
  sandbox: { ...GO_PROGRAM, binds: [{ from: 'share', to: '/usr/share/prometheus/alertmanager' }] },
  losses: () => undefined,
};
