import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import type { TLSSocket } from 'node:tls';
import { checkClock } from '../../proto/clock-skew.ts';
import { messageOf } from '../../proto/fault.ts';
import { connectUnverified } from './unverified.ts';

const TIMEOUT_MS = 5_000;
const DATES = /CERT_NOT_YET_VALID|not yet valid|CERT_HAS_EXPIRED|certificate has expired|certificate expired/i;

interface Asked {
  /** Where enrolments are answered: no certificate of ours is needed there. */
  readonly addresses: readonly string[];
  /** PEM. */
  readonly authorities: readonly string[];
  readonly now: () => number;
}

/**
 * What to say of a connection that failed. When it failed by the dates of a certificate, two clocks differ: the controller is asked
 * for its own, and the difference is named. @throws Fault `invalid` saying by how much and which way.
 */
export async function blameClock(error: unknown, task: string, { addresses, authorities, now }: Asked): Promise<void> {
  if (!DATES.test(messageOf(error))) return;
  for (const address of addresses) {
    const controllerMs = await clockOf(address, authorities);
    if (controllerMs !== undefined) return checkClock(task, now(), controllerMs);
  }
}

/** The clock of a controller that proves to be ours, whatever the date is. */
async function clockOf(address: string, authorities: readonly string[]): Promise<number | undefined> {
  let socket: TLSSocket | undefined;
  try {
    const connection = await connectUnverified(address, TIMEOUT_MS);
    ({ socket } = connection);
    const { chain } = connection;
    const leaf = chain[0] && new X509Certificate(chain[0].raw);
    const roots = authorities.map((root) => new X509Certificate(root));
    if (!leaf || !roots.some((root) => leaf.checkIssued(root) && leaf.verify(root.publicKey))) return undefined;
    return await dateOf(socket);
  } catch {
    // Whatever it was, it does not tell the time.
    return undefined;
  } finally {
    socket?.destroy();
  }
}

/** An answer of any kind has a date; there is no such method, so nothing else happens. */
async function dateOf(socket: TLSSocket): Promise<number | undefined> {
  const session = connectHttp2('https://promfleet-controller', { createConnection: () => socket });
  session.on('error', () => undefined);
  try {
    const path = '/promfleet.v1.Enrolment/Date';
    const request = session.request({ ':method': 'POST', ':path': path, 'content-type': 'application/grpc' });
    const [headers] = (await once(request, 'response', { signal: AbortSignal.timeout(TIMEOUT_MS) })) as [
      { date?: string },
    ];
    return headers.date === undefined ? undefined : Date.parse(headers.date);
  } finally {
    session.destroy();
  }
}
