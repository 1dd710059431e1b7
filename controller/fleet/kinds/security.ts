import { z } from 'zod';
import { keys, name, wrong } from './keys.ts';

export const SECURITIES = ['none', 'tls', 'mutual_tls'] as const;
/** How an endpoint is reached: plainly; encrypted; encrypted, and only by scrapers and named clients. */
export type Security = (typeof SECURITIES)[number];

export const security = z.enum(SECURITIES, { error: wrong('`none`, `tls` or `mutual_tls`') });

export const access = keys(
  { clients: z.array(name, { error: wrong('a list of clients, such as `[grafana]`') }).optional() },
  ['humans'],
);
export type Access = z.output<typeof access>;
