import type { z } from 'zod';
import { alertmanagerSchema } from './alertmanager.ts';
import { exporterSchema } from './exporter.ts';
import { fleetSchema } from './fleet.ts';
import { hostSchema } from './host.ts';
import { probeSchema } from './probe.ts';
import { prometheusSchema } from './prometheus.ts';
import { sloSchema } from './slo.ts';
import { thanosSchema } from './thanos.ts';

export const SCHEMAS = {
  Fleet: fleetSchema,
  Host: hostSchema,
  Exporter: exporterSchema,
  Prometheus: prometheusSchema,
  Alertmanager: alertmanagerSchema,
  Probe: probeSchema,
  SLO: sloSchema,
  Thanos: thanosSchema,
} as const;

export type Kind = keyof typeof SCHEMAS;
export type Settings<K extends Kind> = z.output<(typeof SCHEMAS)[K]>;

export const KINDS = Object.keys(SCHEMAS) as Kind[];
