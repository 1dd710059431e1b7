import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { z } from 'zod';
import { Fault, type FaultCode } from '../../proto/fault.ts';
import { Reply } from './call.ts';
import type { HttpDeps } from './deps.ts';
import { MethodFault } from './match.ts';

const STATUS: Record<FaultCode, number> = {
  invalid: 400,
  denied: 403,
  not_found: 404,
  conflict: 409,
  internal: 500,
  unavailable: 503,
};

/** For every answer: nothing is sniffed, framed, cached or run but the page's own files. */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cache-control': 'no-store',
};

/** @throws Fault `invalid` for what no client of ours would send */
export function urlOf({ url = '/' }: IncomingMessage): URL {
  if (URL.canParse(url, 'http://controller')) return new URL(url, 'http://controller');
  throw new Fault('invalid', 'cannot read the request: its path is none');
}

export const toFault = (error: unknown): Fault =>
  error instanceof Fault ? error : new Fault('internal', 'internal error', { cause: error });

/** The one place where an error becomes an HTTP answer. Bugs are logged in full and shown as "internal error". */
export function replyToError(error: unknown, log: HttpDeps['log']): Reply {
  const fault = toFault(error);
  if (fault.code === 'internal') log.error({ err: fault.cause ?? fault }, 'cannot answer a request');
  const headers: Record<string, string> = { 'content-type': 'application/json; charset=utf-8' };
  if (fault instanceof MethodFault) headers['allow'] = fault.allowed.join(', ');
  const { code, message, hint, findings } = fault;
  const body = { code, message, hint, findings: findings.length > 0 ? findings : undefined };
  return new Reply(fault instanceof MethodFault ? 405 : STATUS[code], headers, `${JSON.stringify(body)}\n`);
}

export function replyWith(value: unknown): Reply {
  if (value instanceof Reply) return value;
  return new Reply(200, { 'content-type': 'application/json; charset=utf-8' }, `${JSON.stringify(value ?? {})}\n`);
}

/** @throws Fault `invalid` with the path of every field that is not as it should be. */
export function demandShape<T extends z.ZodType>(schema: T, value: unknown, what: string): z.output<T> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const findings = result.error.issues.map((issue) => ({
    message: `${issue.path.length > 0 ? issue.path.join('.') : what}: ${issue.message}`,
  }));
  const [first, ...more] = findings;
  // One that is wrong is said once; of several each is.
  if (more.length === 0) throw new Fault('invalid', `cannot read the ${what}: ${first?.message ?? 'it is none'}`);
  throw new Fault('invalid', `cannot read the ${what}: ${findings.length} things are wrong with it`, { findings });
}

/** For what is refused before there is a response to write to: a WebSocket upgrade. */
export function rawReply(reply: Reply): string {
  const body = typeof reply.body === 'string' ? reply.body : '';
  const head = Object.entries({ ...SECURITY_HEADERS, ...reply.headers, 'content-length': Buffer.byteLength(body) });
  return [
    `HTTP/1.1 ${reply.status} ${STATUS_CODES[reply.status] ?? ''}`,
    ...head.map(([name, value]) => `${name}: ${value}`),
    'connection: close',
    '',
    body,
  ].join('\r\n');
}
