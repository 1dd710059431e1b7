import { Fault, type FaultCode } from '../../proto/fault.ts';
import type { FleetEvent } from '../events/event.ts';
import type { QueryResult, Window } from './query-result.ts';
import type { PrometheusView, StatusView, TargetView } from './wire.ts';

const CREDENTIAL = 'promfleet.credential';
const PATIENCE_MS = 8_000;
/** Prometheus itself gives up on a query after two minutes; nobody looks at a page for so long. */
const QUERY_PATIENCE_MS = 30_000;

export interface Api {
  status(): Promise<StatusView>;
  events(limit: number): Promise<readonly FleetEvent[]>;
  prometheis(): Promise<readonly PrometheusView[]>;
  targets(of: PrometheusView): Promise<readonly TargetView[]>;
  /** Now when there is no window, over the window otherwise. */
  query(of: PrometheusView, query: string, window: Window | undefined): Promise<QueryResult>;
  openLive(): WebSocket;
}

/** Takes the credential out of `#key=…`, so that it is neither seen, nor bookmarked, nor shared with the address. */
export function takeCredential(location: Location, history: History, storage: Storage): string {
  const fragment = new URLSearchParams(location.hash.slice(1));
  const given = fragment.get('key');
  if (given === null) return storage.getItem(CREDENTIAL) ?? '';
  keepCredential(storage, given);
  fragment.delete('key');
  history.replaceState(null, '', `${location.pathname}${location.search}${fragment.size ? `#${fragment}` : ''}`);
  return given;
}

export const keepCredential = (storage: Storage, credential: string): void => storage.setItem(CREDENTIAL, credential);

export function createApi(origin: string, credential: () => string): Api {
  const get = async <T>(path: string, patienceMs = PATIENCE_MS): Promise<T> =>
    (await ask(`${origin}${path}`, credential(), patienceMs)) as T;
  const at = ({ host, unit }: PrometheusView) =>
    `/v1/prometheus/${encodeURIComponent(host)}/${encodeURIComponent(unit)}`;
  return {
    status: () => get('/v1/status'),
    events: (limit) => get(`/v1/events?limit=${limit}`),
    prometheis: () => get('/v1/prometheus'),
    targets: async (of) => (await get<{ targets: TargetView[] }>(`${at(of)}/targets`)).targets,
    query: async (of, query, window) => {
      const { start, end, step } = window ?? {};
      const words = window ? { query, start: `${start}`, end: `${end}`, step: `${step}` } : { query };
      return readQuery(await get(`${at(of)}/query?${new URLSearchParams(words)}`, QUERY_PATIENCE_MS));
    },
    openLive: () => new WebSocket(`${origin.replace(/^http/, 'ws')}/v1/live`, [`bearer.${credential()}`]),
  };
}

async function ask(url: string, credential: string, patienceMs: number): Promise<unknown> {
  if (credential === '') throw new Fault('denied', 'It was opened without one.');
  const response = await fetch(url, {
    headers: { authorization: `Bearer ${credential}` },
    signal: AbortSignal.timeout(patienceMs),
  }).catch((cause: unknown) => {
    const late = cause instanceof DOMException && cause.name === 'TimeoutError';
    throw new Fault('unavailable', late ? `no answer within ${patienceMs / 1_000} s` : 'no connection', { cause });
  });
  const answer: unknown = await response.json().catch(() => undefined);
  if (response.ok) return answer;
  throw readFault(response.status, answer);
}

const CODES: Record<number, FaultCode> = { 400: 'invalid', 401: 'denied', 403: 'denied', 404: 'not_found' };

/** Two shapes come with an error status: ours, and Prometheus's own where a query is passed on. */
function readFault(status: number, answer: unknown): Fault {
  const said = (answer ?? {}) as { code?: FaultCode; message?: string; hint?: string; error?: string };
  const code = said.code ?? CODES[status] ?? 'unavailable';
  return new Fault(code, said.message ?? said.error ?? `the controller answered with status ${status}`, {
    hint: said.hint,
  });
}

type PrometheusAnswer = { status: string; data?: QueryResult; error?: string };

function readQuery(answer: PrometheusAnswer): QueryResult {
  if (answer.status === 'success' && answer.data) return answer.data;
  throw new Fault('invalid', answer.error ?? 'cannot read what Prometheus answered');
}
