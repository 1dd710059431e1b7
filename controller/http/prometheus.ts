import { z } from 'zod';
import { Fault } from '../../proto/fault.ts';
import { type Call, Reply } from './call.ts';
import type { HttpDeps } from './deps.ts';
import type * as schemas from './schemas.ts';

export type PrometheusView = z.infer<typeof schemas.prometheusView>;
export type TargetsView = z.infer<typeof schemas.targetsView>;

const ASK_TIMEOUT_MS = 15_000;

export const listPrometheus = (deps: HttpDeps): PrometheusView[] =>
  knownPrometheis(deps).map(({ host, unit, port, version }) => ({ host, unit, port, version }));

function knownPrometheis({ stores }: HttpDeps): (PrometheusView & { readonly tls: boolean })[] {
  return [...stores.specs.all()].flatMap(([host, { spec }]) =>
    spec.units
      .filter((unit) => unit.component === 'prometheus')
      .map((unit) => ({
        host,
        unit: unit.name,
        port: unit.ports[0]?.number ?? 0,
        version: unit.release.version,
        tls: (unit.tls?.names.length ?? 0) > 0,
      })),
  );
}

/** Asks a Prometheus through its host's own agent: no port of it need be open to the controller. */
async function ask(deps: HttpDeps, params: Readonly<Record<string, string>>, path: string) {
  const { host = '', unit = '' } = params;
  const all = knownPrometheis(deps);
  const asked = all.find((one) => one.host === host && one.unit === unit);
  if (!asked) {
    throw new Fault('not_found', `cannot ask ${unit}@${host}: there is no such Prometheus`, {
      hint:
        all.length > 0 ? `there is ${all.map((one) => `${one.unit}@${one.host}`).join(', ')}` : 'the fleet has none',
    });
  }
  const answer = await deps.sessions.ask(host, { unit, port: asked.port, path, tls: asked.tls }, ASK_TIMEOUT_MS);
  if (answer.status !== 0) return answer;
  throw new Fault('unavailable', `cannot ask ${unit}@${host}: ${answer.error || 'it did not answer'}`, {
    hint: 'run "promfleet status" to see whether it is ready',
  });
}

const apiTargets = z.object({
  data: z.object({
    activeTargets: z.array(
      z.object({
        labels: z.record(z.string(), z.string()),
        scrapeUrl: z.string(),
        health: z.string(),
        lastError: z.string(),
        lastScrape: z.string(),
      }),
    ),
  }),
});

export async function showTargets(deps: HttpDeps, { params }: Call): Promise<TargetsView> {
  const answer = await ask(deps, params, '/api/v1/targets?state=active');
  const said = apiTargets.safeParse(parseJson(Buffer.from(answer.body).toString('utf8')));
  if (!said.success) {
    throw new Fault(
      'unavailable',
      `cannot read the targets of ${params['unit']}@${params['host']}: it answered ${answer.status}`,
    );
  }
  return {
    targets: said.data.data.activeTargets.map(({ labels, scrapeUrl, health, lastError, lastScrape }) => {
      const at = Date.parse(lastScrape);
      // Before the first scrape it is the year 1.
      const lastScrapeMs = at > 0 ? at : null;
      return {
        job: labels['job'] ?? '',
        instance: labels['instance'] ?? '',
        url: scrapeUrl,
        health,
        lastError,
        lastScrapeMs,
      };
    }),
  };
}

type Query = { query: string; start?: string | undefined; end?: string | undefined; step?: string | undefined };

/** Prometheus's own answer, status and all: a query that does not parse is its 400 and its message. */
export async function passQuery(deps: HttpDeps, { params, query }: Call<unknown, Query>): Promise<Reply> {
  const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const path = query.start === undefined ? 'query' : 'query_range';
  const { status, body } = await ask(deps, params, `/api/v1/${path}?${new URLSearchParams(given)}`);
  // Whatever it calls it: from here it is data, and no status that a browser would act on.
  return new Reply(isFinal(status) ? status : 502, { 'content-type': 'application/json' }, body);
}

const isFinal = (status: number): boolean =>
  Number.isInteger(status) && ((status >= 200 && status < 300 && status !== 204) || (status >= 400 && status < 600));

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
