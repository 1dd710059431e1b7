import type { Component } from './component.ts';
import { nodeExporter } from './node-exporter.ts';
import { prometheus } from './prometheus.ts';

/** The components that come with promfleet, by name. */
export const CATALOGUE: ReadonlyMap<string, Component> = new Map(
  [prometheus, nodeExporter].map((component) => [component.name, component]),
);

/** The metric whose sum tells that a Prometheus has stored samples since it started: ready comes seconds before. */
export const SAMPLES_APPENDED = 'prometheus_tsdb_head_samples_appended_total';
