/** Samples of one scrape of a unit that does little, as its newest release was seen to have. */
export const TYPICAL_SAMPLES: Readonly<Record<string, number>> = {
  alertmanager: 418,
  blackbox_exporter: 52,
  node_exporter: 1_040,
  prometheus: 600,
  pushgateway: 45,
};

/** Where series come from that a rule may ask for. */
export type MetricSource =
  | 'node_exporter'
  | 'blackbox_exporter'
  | 'probe'
  | 'alertmanager'
  | 'prometheus'
  | 'thanos'
  | 'pushgateway';

/** Names that only these give; the first is the one to name. */
export const METRIC_PREFIXES: readonly {
  readonly prefix: string;
  readonly from: readonly [MetricSource, ...MetricSource[]];
}[] = [
  { prefix: 'node_', from: ['node_exporter'] },
  { prefix: 'probe_', from: ['probe', 'blackbox_exporter'] },
  { prefix: 'blackbox_', from: ['blackbox_exporter'] },
  { prefix: 'alertmanager_', from: ['alertmanager'] },
  { prefix: 'pushgateway_', from: ['pushgateway'] },
  // Thanos is made of parts of Prometheus.
  { prefix: 'prometheus_', from: ['prometheus', 'thanos'] },
  { prefix: 'thanos_', from: ['thanos'] },
];
