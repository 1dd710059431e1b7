/** What an editor says of each key. A key that can be left out says what holds then. */

export const KIND_DESCRIPTIONS: Readonly<Record<string, string>> = {
  Fleet: 'What everything else inherits. A fleet has at most one.',
  Host: 'A host of the inventory, enrolled or expected: reviewed in git, it wins over labels that were typed.',
  Exporter:
    'Any process that answers /metrics: node_exporter, blackbox_exporter, pushgateway, or a program of one’s own.',
  Prometheus: 'A Prometheus, or several replicas of one with the same configuration.',
  Alertmanager: 'An Alertmanager, or a cluster of them.',
  Probe: 'What a blackbox exporter probes, with the relabelling that it takes.',
  SLO: 'A service level objective: it becomes multi-window, multi-burn-rate recording and alerting rules.',
  Thanos: 'Thanos, one part of it on each line: they find each other.',
};

/** Keys that several kinds have, wherever they stand. */
const SHARED: Readonly<Record<string, string>> = {
  version:
    'An exact version in quotes, such as "1.9.0". Left out: the one that promfleet knows, recorded at the first apply; only you move it.',
  hosts: 'Where it runs: `all`, a list of host names, or a match. Default: all.',
  'hosts.labels': 'Labels that a host must have; of a list of values one.',
  'hosts.facts': 'What a host must say of itself, such as its architecture.',
  'hosts.facts.arch': '`amd64` or `arm64`.',
  'hosts.facts.hostname': 'Its own name for itself.',
  'hosts.facts.kernel': 'The release of its kernel.',
  'hosts.facts.os': 'Its operating system, as /etc/os-release names it.',
  'hosts.facts.supervisor': '`systemd`, or `process` where there is none.',
  'hosts.facts.virtualisation': 'What it runs in.',
  'hosts.names': 'Hosts by name; with other conditions beside it, all must hold.',
  'hosts.not': 'Hosts that these conditions hold for are left out.',
  replicas:
    'So many of the matching hosts, chosen once and recorded. Default: every matching host for an Exporter, 1 for all else.',
  spread_by: 'A host label: replicas are spread over its values.',
  replica_label: 'The external label that tells the replicas apart. Default: replica.',
  unit: 'Its name on the host: of the service, the user and the directories. Default: the component’s name.',
  port: 'The port that it listens on. Default: the component’s own.',
  listen:
    'The address that it listens on: `0.0.0.0` (every address), `::` or `127.0.0.1` (its host alone). Default: every address.',
  flags: 'Command line flags without their dashes, such as `{ log.level: debug }`; checked against this very binary.',
  env: 'Environment variables that it is started with.',
  limits: 'What it may use at most; systemd enforces it.',
  'limits.memory': 'Memory, such as `512MB`. Default: the component’s own limit, or none.',
  'limits.open_files': 'Open files. Default: the component’s own limit.',
  grpc_port: 'The port that the other parts ask it on. Default: one of its own for each part.',
  firewall: '`managed` or `none`. Default: none.',
  drift: 'What was changed by hand is put right (`repair`) or only told (`report`). Default: repair.',
  rollout: 'Overrides the fleet’s own rollout policy.',
  'rollout.canary': 'So many hosts go first. Default: 1.',
  'rollout.max_unavailable': 'How many hosts may be without it at once, a number or a part. Default: 25%.',
  'rollout.bake': 'How long a batch must stay healthy before the next. Default: 60s.',
  'rollout.settle': 'How long the first of a pair must have been scraping before the second. Default: 5m.',
  'rollout.health_timeout': 'How long a host may take to be healthy. Default: 120s.',
  'rollout.on_failure': '`rollback` or `halt`. Default: rollback.',
  'rollout.windows': 'When changes may roll out, such as `Mon-Fri 09:00-17:00 Europe/Berlin`. Default: at any time.',
  'rollout.silence': 'Silence the alerts of exactly what is being restarted. Default: true.',
  access: 'Who else may reach it where `endpoint_security` is on.',
  'access.humans': '`basic_auth` or `none`.',
  'access.clients': 'Outside clients that get a certificate, by name.',
  endpoint_security:
    'How what it serves and scrapes is protected: `none`, `tls` or `mutual_tls`. Default: none, or the fleet’s.',
};

const OWN: Readonly<Record<string, string>> = {
  'Fleet.name': 'Of the fleet; shown by `promfleet status`.',
  'Fleet.external_labels': 'External labels of every Prometheus. Default: none.',
  'Fleet.artifacts': 'Where releases come from.',
  'Fleet.artifacts.sources':
    'The first that has the version wins: `github`, `apt`, `{ apt: [SUITE, …] }`, `{ mirror: URL }`. Default: [github, apt].',
  'Fleet.artifacts.sources.apt': 'Debian suites, such as `[trixie]`.',
  'Fleet.artifacts.sources.mirror': 'The base URL of a copy of GitHub’s layout of releases.',
  'Fleet.artifacts.pin': 'A file that lists the only digests of releases that are accepted. Default: any.',
  'Fleet.address': 'Which of a host’s addresses others reach it at.',
  'Fleet.address.network':
    'The address that a host has in this network, such as `10.0.0.0/8`. Default: its address towards the controller.',

  'Host.name': 'The name under which it enrolled, or will.',
  'Host.labels': 'Its labels. They win over `promfleet host label`, which wins over those of its join token.',
  'Host.address': 'The address that others reach it at. Default: see `address` of Fleet.',

  'Exporter.name': 'Also the name of the job that scrapes it.',
  'Exporter.component': 'A component that promfleet knows, such as node_exporter.',
  'Exporter.config': 'Its native configuration, a file of the folder.',
  'Exporter.textfile_scripts': 'Scripts that a node_exporter’s textfile collector reads the results of.',
  'Exporter.textfile_scripts.name': 'Of the script and of the file that it writes.',
  'Exporter.textfile_scripts.every': 'How often it runs.',
  'Exporter.textfile_scripts.timeout': 'How long it may take.',
  'Exporter.textfile_scripts.run': 'The script, a file of the folder.',
  'Exporter.textfile_scripts.as': 'The user that it runs as.',
  'Exporter.textfile_scripts.user': 'The user that it runs as.',
  'Exporter.custom': 'A program of one’s own, in place of `component`.',
  'Exporter.custom.artifact': 'What is fetched and installed.',
  'Exporter.custom.artifact.url': 'Where it lies, with `{version}` and `{arch}` in it.',
  'Exporter.custom.artifact.sha256': 'The digest for each architecture.',
  'Exporter.custom.artifact.sha256.amd64': 'Of the file for amd64.',
  'Exporter.custom.artifact.sha256.arm64': 'Of the file for arm64.',
  'Exporter.custom.run': 'The words of its command line; `{bin}` is where it is installed, `{port}` its port.',
  'Exporter.custom.ready': 'When it counts as ready.',
  'Exporter.custom.ready.http': 'A path that answers 200. Default: /metrics.',
  'Exporter.target': 'How it wants to be scraped: native keys of a scrape config, and ours.',
  'Exporter.target.labels': 'Labels of its targets.',
  'Exporter.target.host_labels': 'Host labels that become labels of its targets.',

  'Prometheus.name': 'What others name it by.',
  'Prometheus.retention': 'How much it keeps.',
  'Prometheus.retention.time': 'For how long, such as `15d`. Default: Prometheus’s own.',
  'Prometheus.retention.size': 'How many bytes, such as `10GB`. Default: no limit.',
  'Prometheus.external_labels': 'Added to the fleet’s. Default: none.',
  'Prometheus.config': 'A native prometheus.yml, a file of the folder; what is written there wins.',
  'Prometheus.rules': 'Rule files of the folder, such as `[rules/*.yml]`.',
  'Prometheus.rule_tests': 'Files for `promtool test rules`; a failing test refuses the apply.',
  'Prometheus.alertmanagers': 'Alertmanagers of the fleet that it sends its alerts to.',
  'Prometheus.scrape_configs': 'What it scrapes: `exporter: NAME` and the like, or native scrape configs.',
  'Prometheus.scrape_configs.exporter': 'Every host that runs this Exporter, kept true as hosts come and go.',
  'Prometheus.scrape_configs.federate': 'Series of other Prometheis of the fleet.',
  'Prometheus.scrape_configs.federate.from': 'Their names.',
  'Prometheus.scrape_configs.federate.match': 'Series selectors.',
  'Prometheus.thanos': 'How it is part of a Thanos.',
  'Prometheus.thanos.sidecar': 'The Thanos that its sidecar belongs to.',
  'Prometheus.backup': 'Snapshots of its data.',
  'Prometheus.backup.every': 'How often.',
  'Prometheus.backup.keep': 'How many are kept.',

  'Alertmanager.name': 'What a Prometheus names it by.',
  'Alertmanager.cluster_port': 'On which the members gossip, tcp and udp. Default: 9094, and none for one alone.',
  'Alertmanager.config': 'A native alertmanager.yml, a file of the folder.',
  'Alertmanager.route_tests': 'Which receivers get an alert with these labels; a failing test refuses the apply.',
  'Alertmanager.route_tests.labels': 'Labels of the alert.',
  'Alertmanager.route_tests.receivers': 'The receivers that it must reach.',

  'Probe.name': 'Also the name of its job.',
  'Probe.through': 'The Exporter, a blackbox_exporter, that probes.',
  'Probe.module': 'A module of its configuration, such as http_2xx.',
  'Probe.targets': 'What is probed: URLs, names, or `host:port`.',
  'Probe.labels': 'Labels of its targets.',
  'Probe.scrape_interval': 'How often. Default: the Prometheus’s own.',
  'Probe.scrape_timeout': 'How long it may take. Default: the Prometheus’s own.',
  'Probe.metric_relabel_configs': 'Native relabelling of what it yields.',

  'SLO.name': 'Of the objective; its rules and alerts bear it.',
  'SLO.prometheus': 'The Prometheus that evaluates its rules.',
  'SLO.objective': 'In per cent, such as 99.9.',
  'SLO.period': 'Over which it holds, such as 30d.',
  'SLO.indicator': 'Which part of all events was bad.',
  'SLO.indicator.errors': 'The rate of bad events, with `[{window}]` in it.',
  'SLO.indicator.total': 'The rate of all events, with `[{window}]` in it.',
  'SLO.labels': 'Labels of its alerts.',
  'SLO.annotations': 'Annotations of its alerts.',

  'Thanos.name': 'What a Prometheus names it by.',
  'Thanos.object_store': 'Native configuration of the object store, a file of the folder.',
  'Thanos.query': 'Queriers.',
  'Thanos.query_frontend': 'Caches and splits queries.',
  'Thanos.store': 'Gateways to the object store.',
  'Thanos.compact': 'The compactor: there is one.',
  'Thanos.compact.retention': 'How long blocks of each resolution are kept.',
  'Thanos.compact.retention.raw': 'Of what was scraped. Default: for ever.',
  'Thanos.compact.retention.5m': 'Of one sample for five minutes. Default: for ever.',
  'Thanos.compact.retention.1h': 'Of one sample for an hour. Default: for ever.',
  'Thanos.rule': 'Evaluates rules over everything.',
  'Thanos.rule.rules': 'Rule files of the folder.',
  'Thanos.receive': 'Takes remote writes.',
  'Thanos.receive.remote_write_port': 'On which it takes remote writes. Default: 19291.',
  'Thanos.receive.replication_factor': 'How many receivers keep each series.',
};

/** Undefined when nobody wrote one. */
export function describeKey(kind: string, path: readonly string[]): string | undefined {
  const own = OWN[[kind, ...path].join('.')];
  if (own !== undefined || path.join('.') === 'kind') return own ?? KIND_DESCRIPTIONS[kind];
  // `query.hosts.not.labels` is as `hosts.labels`.
  const plain = path.filter((key) => key !== 'not' || path.at(-1) === 'not');
  for (let from = 0; from < plain.length; from++) {
    const shared = SHARED[plain.slice(from).join('.')];
    if (shared !== undefined) return shared;
  }
  return undefined;
}
