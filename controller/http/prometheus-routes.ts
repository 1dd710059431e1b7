import { z } from 'zod';
import { type Route, route } from './call.ts';
import { listPrometheus, passQuery, showTargets } from './prometheus.ts';
import * as schemas from './schemas.ts';
import { serveTargets } from './targets.ts';

/** What every Prometheus of the fleet sees, and what others may scrape. */
export const prometheusRoutes: readonly Route[] = [
  route({
    on: 'GET /v1/prometheus',
    access: 'viewer',
    summary: 'Every Prometheus of the fleet',
    response: z.array(schemas.prometheusView).readonly(),
    run: listPrometheus,
  }),
  route({
    on: 'GET /v1/prometheus/:host/:unit/targets',
    access: 'viewer',
    summary: 'What a Prometheus scrapes, and how it goes',
    response: schemas.targetsView,
    run: showTargets,
  }),
  route({
    on: 'GET /v1/prometheus/:host/:unit/query',
    access: 'viewer',
    summary: "A query, over a range when `start` is given; the answer is Prometheus's own",
    query: z.strictObject({
      query: z.string().min(1),
      start: z.string().optional(),
      end: z.string().optional(),
      step: z.string().optional(),
      time: z.string().optional(),
    }),
    run: passQuery,
  }),
  route({
    on: 'GET /v1/sd',
    access: 'viewer',
    summary:
      'Targets for `http_sd_configs` of a Prometheus elsewhere: of `exporter` or of `job`. Never empty when it is not certain',
    query: schemas.targetsAsked,
    run: serveTargets,
  }),
];
