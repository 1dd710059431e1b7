/** The fleet that `promfleet up` begins with when it is given none: written once, then the operator's own to edit. */
export function starterFleet(ports: { prometheus: number; nodeExporter: number }): Readonly<Record<string, string>> {
  return {
    'fleet.yaml': `# What this fleet should be. Edit it, then: promfleet plan -f . && promfleet apply -f .
kind: Fleet
name: quickstart
external_labels: { cluster: quickstart }
artifacts:
  sources: [github, apt]         # the first that has the version
---
kind: Exporter
name: node
component: node_exporter
hosts: all
${ports.nodeExporter === 9100 ? '' : `port: ${ports.nodeExporter}\n`}target: { scrape_interval: 5s }
---
kind: Prometheus
name: main
hosts: all
${ports.prometheus === 9090 ? '' : `port: ${ports.prometheus}\n`}retention: { time: 15d, size: 2GB }
config: prometheus.yml           # native, whole
rules: [rules/*.yml]
scrape_configs:
  - exporter: node               # every host that runs it, kept true as hosts come and go
  - prometheus: main             # and itself
`,
    'prometheus.yml': `# Native Prometheus configuration. promfleet adds the scrape configs and external labels of fleet.yaml.
global:
  scrape_interval: 5s
  evaluation_interval: 5s
`,
    'rules/host.yml': `groups:
  - name: host
    rules:
      - record: instance:node_cpu_utilisation:ratio_rate1m
        expr: 1 - avg by (job, instance) (rate(node_cpu_seconds_total{mode="idle"}[1m]))
      - alert: TargetDown
        expr: up == 0
        for: 1m
        labels: { severity: page }
        annotations:
          summary: '{{ $labels.job }} on {{ $labels.instance }} does not answer'
`,
  };
}
