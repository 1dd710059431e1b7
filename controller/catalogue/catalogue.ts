import { alertmanager } from './alertmanager.ts';
import { blackboxExporter } from './blackbox-exporter.ts';
import type { Component } from './component.ts';
import { nodeExporter } from './node-exporter.ts';
import { prometheus } from './prometheus.ts';
import { pushgateway } from './pushgateway.ts';
import { thanosParts } from './thanos.ts';

/** The components that come with promfleet, by name. */
export const CATALOGUE: ReadonlyMap<string, Component> = new Map(
  [prometheus, alertmanager, nodeExporter, blackboxExporter, pushgateway, ...Object.values(thanosParts)].map(
    (component) => [component.name, component],
  ),
);

/**
 * The metric whose sum tells that a Prometheus scrapes: it counts the intervals between two scrapes of one target. Ready comes seconds
 * before; and samples are stored before, too, by rules that still see what the last run left.
 */
export const SCRAPE_INTERVALS_SEEN = 'prometheus_target_interval_length_seconds_count';
