/** Samples of one scrape of a unit that does little, as its newest release was seen to have. */
export const TYPICAL_SAMPLES: Readonly<Record<string, number>> = {
  alertmanager: 418,
  blackbox_exporter: 52,
  node_exporter: 1_040,
  prometheus: 600,
  pushgateway: 45,
};
