/** A value of `--enable-feature` of Prometheus. An unknown one is only a warning in its log. */
export interface Feature {
  readonly name: string;
  readonly since: string;
  /** The version that knows it no more. */
  readonly until?: string;
  /** What to write since then. */
  readonly instead?: string;
}

const UNTIL_3 = { until: '3.0.0' };
const ALWAYS = 'leave it out: it is always so since';

export const FEATURES: readonly Feature[] = [
  { name: 'agent', since: '2.32.0', ...UNTIL_3, instead: 'agent mode is not in this version of promfleet yet' },
  { name: 'auto-gomaxprocs', since: '2.42.0', ...UNTIL_3, instead: `${ALWAYS} 3.0` },
  { name: 'auto-gomemlimit', since: '2.50.0', ...UNTIL_3, instead: `${ALWAYS} 3.0` },
  { name: 'auto-reload-config', since: '3.0.0', until: '3.12.0', instead: 'promfleet reloads it: leave it out' },
  { name: 'concurrent-rule-eval', since: '2.51.0' },
  { name: 'created-timestamp-zero-ingestion', since: '2.50.0' },
  { name: 'delayed-compaction', since: '2.55.0' },
  { name: 'exemplar-storage', since: '2.26.0' },
  { name: 'expand-external-labels', since: '2.27.0', ...UNTIL_3, instead: `${ALWAYS} 3.0` },
  {
    name: 'extra-scrape-metrics',
    since: '2.30.0',
    until: '3.10.0',
    instead: 'write `extra_scrape_metrics: true` in the configuration',
  },
  { name: 'fast-startup', since: '3.11.0' },
  { name: 'histograms-st-encoding', since: '3.14.0' },
  { name: 'memory-snapshot-on-shutdown', since: '2.30.0' },
  { name: 'metadata-wal-records', since: '2.54.0' },
  {
    name: 'native-histograms',
    since: '2.40.0',
    until: '3.8.0',
    instead: 'write `scrape_native_histograms: true` in the configuration',
  },
  { name: 'new-service-discovery-manager', since: '2.32.0', ...UNTIL_3, instead: `${ALWAYS} 3.0` },
  { name: 'no-default-scrape-port', since: '2.38.0', ...UNTIL_3, instead: `${ALWAYS} 3.0` },
  { name: 'old-ui', since: '3.0.0' },
  { name: 'ooo-native-histograms', since: '3.0.0', until: '3.4.0', instead: `${ALWAYS} 3.4` },
  { name: 'otlp-deltatocumulative', since: '3.2.0' },
  { name: 'otlp-native-delta-ingestion', since: '3.4.0' },
  {
    name: 'otlp-write-receiver',
    since: '2.47.0',
    ...UNTIL_3,
    instead: 'write the flag `web.enable-otlp-receiver: true`',
  },
  { name: 'promql-at-modifier', since: '2.25.0', ...UNTIL_3, instead: `${ALWAYS} 3.0` },
  { name: 'promql-binop-fill-modifiers', since: '3.10.0' },
  { name: 'promql-delayed-name-removal', since: '2.55.0' },
  { name: 'promql-duration-expr', since: '3.4.0', until: '3.14.0', instead: `${ALWAYS} 3.14` },
  { name: 'promql-experimental-functions', since: '2.49.0' },
  { name: 'promql-extended-range-selectors', since: '3.7.0' },
  { name: 'promql-negative-offset', since: '2.26.0', ...UNTIL_3, instead: `${ALWAYS} 3.0` },
  { name: 'promql-per-step-stats', since: '2.34.0' },
  {
    name: 'remote-write-receiver',
    since: '2.25.0',
    ...UNTIL_3,
    instead: 'write the flag `web.enable-remote-write-receiver: true`',
  },
  { name: 'search-api', since: '3.13.0' },
  { name: 'st-storage', since: '3.10.0' },
  { name: 'st-synthesis', since: '3.12.0', until: '3.14.0' },
  { name: 'type-and-unit-labels', since: '3.5.0' },
  { name: 'use-start-timestamps', since: '3.12.0' },
  { name: 'use-uncached-io', since: '3.5.0' },
  { name: 'utf8-names', since: '2.55.0', ...UNTIL_3, instead: `${ALWAYS} 3.0` },
  { name: 'xor2-encoding', since: '3.11.0' },
];
