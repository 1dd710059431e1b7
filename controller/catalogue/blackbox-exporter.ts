import type { Component } from './component.ts';
import { GO_PROGRAM } from './go-program.ts';
import { routePrefix } from './route-prefix.ts';

/** Its own default is IPv6 wherever a name has such an address, also on a host that can't reach it. */
const STANDARD = `modules:
  http_2xx:
    prober: http
    http: { preferred_ip_protocol: ip4 }
  tcp_connect:
    prober: tcp
    tcp: { preferred_ip_protocol: ip4 }
  icmp:
    prober: icmp
    icmp: { preferred_ip_protocol: ip4 }
`;

export const blackboxExporter: Component = {
  name: 'blackbox_exporter',
  kind: 'Exporter',
  version: '0.28.0',
  port: 9115,
  artifact: {
    repository: 'prometheus/blackbox_exporter',
    archive: 'blackbox_exporter',
    checksums: 'sha256sums.txt',
    debianPackage: 'prometheus-blackbox-exporter',
    debianFiles: [
      {
        package: 'prometheus-blackbox-exporter',
        from: 'usr/bin/prometheus-blackbox-exporter',
        to: 'blackbox_exporter',
        executable: true,
      },
    ],
    programs: ['blackbox_exporter'],
  },
  config: { file: 'blackbox.yml', standard: STANDARD },
  honorsLabels: false,
  reservedFlags: {
    'config.file': 'write `config:`',
    'config.check': 'it is checked before every change',
    'web.listen-address': 'write `port:` or `listen:`',
    'web.config.file': 'write `endpoint_security:`',
  },
  argv: ({ listen }) => ['--config.file={etc}/blackbox.yml', `--web.listen-address=${listen}`],
  metricsPath: (flags) => `${routePrefix(flags)}/metrics`,
  reload: ({ port, metricsPath }) => ({
    signal: 'SIGHUP',
    metricsPath,
    port,
    successMetric: 'blackbox_exporter_config_last_reload_successful',
    timestampMetric: 'blackbox_exporter_config_last_reload_success_timestamp_seconds',
  }),
  // Its /-/ready is 200 by accident: any path is.
  ready: ({ port, metricsPath: path }) => [
    { name: 'answers /metrics', port, path, status: 200, metric: 'blackbox_exporter_build_info', above: 0 },
  ],
  checks: [{ argv: ['blackbox_exporter', '--config.check', '--config.file={etc}/blackbox.yml'] }],
  refusesFlags: ', try --help',
  stop: { signal: 'SIGTERM', graceSeconds: 30, kill: true },
  tlsSince: '0.21.0',
  runsTwice: true,
  limits: { memoryBytes: 0, openFiles: 65_536 },
  // A module that pings is given its capability where it is written.
  sandbox: GO_PROGRAM,
  losses: () => undefined,
};

/** Its own check takes any word for a prober, and the probe then fails. */
export const PROBERS: readonly { readonly name: string; readonly since: string; readonly capabilities: string[] }[] = [
  { name: 'http', since: '0.0.0', capabilities: [] },
  { name: 'tcp', since: '0.0.0', capabilities: [] },
  { name: 'dns', since: '0.0.0', capabilities: [] },
  { name: 'icmp', since: '0.0.0', capabilities: ['CAP_NET_RAW'] },
  { name: 'grpc', since: '0.22.0', capabilities: [] },
  { name: 'unix', since: '0.28.0', capabilities: [] },
];
