import type { Answers } from './answers.ts';
import { ALERTMANAGER_RULES, HOST_RULES, PROMETHEUS_RULES } from './rules.ts';

/** What editors check a fleet by; a name that begins with a dot is no part of it. */
export const SCHEMA_FILE = '.promfleet.schema.json';

/** A fleet to begin with, by path. */
export const newFleet = (answers: Answers): Readonly<Record<string, string>> => ({
  'fleet.yaml': fleetYaml(answers),
  'prometheus.yml': answers.pair ? PROMETHEUS + ONE_ALERT : PROMETHEUS,
  'alertmanager.yml': alertmanagerYaml(answers),
  'rules/host.yml': HOST_RULES,
  'rules/prometheus.yml': PROMETHEUS_RULES,
  'rules/alertmanager.yml': ALERTMANAGER_RULES,
});

const PROMETHEUS = `# Native Prometheus configuration, whole: what is written here wins. promfleet adds the scrape configs, external labels,
# rules and Alertmanagers of fleet.yaml.
global:
  scrape_interval: 30s
  evaluation_interval: 30s
`;

const ONE_ALERT = `alerting:
  alert_relabel_configs:         # the replicas of the pair send the same alerts: without this each is notified of twice
    - { regex: replica, action: labeldrop }
`;

function fleetYaml({ name, hosts, pair, retention }: Answers): string {
  const where = hosts.length > 0 ? `[${hosts.join(', ')}]` : '{ labels: { role: monitoring } }';
  const label =
    hosts.length > 0
      ? ''
      : '# Give hosts the label: promfleet token create --label role=monitoring, or promfleet host label HOST role=monitoring\n';
  const replicas = pair
    ? 'replicas: 2                      # an HA pair: the same configuration, a `replica` label of its own each\n'
    : '';
  return `# What this fleet should be. Edit it, then: promfleet plan -f . && promfleet apply -f .
# yaml-language-server: $schema=${SCHEMA_FILE}
kind: Fleet
name: ${name}
external_labels: { cluster: ${name} }
---
kind: Exporter                   # CPU, memory, disks, network of every host
name: node
component: node_exporter
hosts: all
flags:
  collector.filesystem.mount-points-exclude: ^/(dev|proc|sys|run|var/lib/docker/.+)($|/)
target:
  host_labels: [role, env]       # host labels that become labels of its targets
---
${label}kind: Prometheus
name: main
hosts: ${where}
${replicas}retention: { time: ${retention} }
config: prometheus.yml           # native, whole
rules: [rules/*.yml]
alertmanagers: [main]
scrape_configs:
  - exporter: node               # every host that runs it, kept true as hosts come and go
  - prometheus: main             # ${pair ? 'each other and themselves' : 'itself'}
  - alertmanager: main
    job_name: alertmanager
---
kind: Alertmanager
name: main
hosts: ${where}
config: alertmanager.yml         # native, whole
`;
}

function alertmanagerYaml({ alertsTo }: Answers): string {
  const receiver =
    alertsTo === ''
      ? `  - name: team                   # alerts are shown on Alertmanager's page and go nowhere: add a webhook, mail, Slack, PagerDuty …
`
      : `  - name: team
    webhook_configs:
      - url: ${JSON.stringify(alertsTo)}
`;
  return `# Native Alertmanager configuration, whole.
route:
  receiver: team
  group_by: [alertname, cluster]
  group_wait: 30s                # so long a new group waits for more
  group_interval: 5m             # so long what is new in a known group waits
  repeat_interval: 4h            # so often what goes on is said again
  routes:
    - matchers: ['alertname="Watchdog"']
      receiver: nobody           # it always fires: send it to whatever notices when it stops
receivers:
${receiver}  - name: nobody
inhibit_rules:
  - source_matchers: ['severity="critical"']
    target_matchers: ['severity="warning"']
    equal: [alertname, instance]
`;
}
