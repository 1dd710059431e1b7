import { get as getPlainly, type IncomingMessage } from 'node:http';
import { get as getOverTls } from 'node:https';
import type { OverTls } from '../../proto/spec.ts';

/** Where a program of this host is asked. */
export interface Door {
  readonly port: number;
  readonly path: string;
  readonly tls?: OverTls | false;
}

/** PEM: whom this host believes on its own ports, and what it shows there. */
export interface Credentials {
  readonly ca: readonly string[];
  readonly cert: string;
  readonly key: string;
}

/** Undefined: this host has heard of no authority yet. */
export type Present = () => Credentials | undefined;

export const NO_CREDENTIALS: Present = () => undefined;

export const urlOf = ({ port, path, tls }: Door): string => `${tls ? 'https' : 'http'}://127.0.0.1:${port}${path}`;

/** A GET on this host. @throws when there is no answer */
export function askLoopback(door: Door, present: Present, signal: AbortSignal): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  // No agent: a connection kept open would hold the program's graceful stop up.
  const asked = { host: '127.0.0.1', port: door.port, path: door.path, signal, agent: false } as const;
  if (!door.tls) {
    getPlainly({ ...asked, headers: { connection: 'close' } }, resolve).on('error', reject);
    return promise;
  }
  const credentials = present();
  if (!credentials) throw new Error('this host has not heard yet whom to believe there');
  const { ca, cert, key } = credentials;
  const headers = { connection: 'close' };
  getOverTls({ ...asked, headers, ca: [...ca], cert, key }, resolve).on('error', reject);
  return promise;
}
