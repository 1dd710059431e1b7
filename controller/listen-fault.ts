import { Fault, messageOf } from '../proto/fault.ts';

/** Why it could not be listened on an address. What a library says may hide the code in a sentence. */
export function listenFault(error: unknown, address: string, flags: string): Fault {
  const message = messageOf(error);
  const code = /\b(EADDRINUSE|EADDRNOTAVAIL|EACCES|ENOTFOUND|EAI_AGAIN)\b/.exec(
    `${(error as NodeJS.ErrnoException).code ?? ''} ${message}`,
  )?.[1];
  const [why, hint] = WHYS[code ?? ''] ?? [message, 'choose another address or port'];
  return new Fault('unavailable', `cannot listen on ${address}: ${why}`, {
    hint: hint.replace('FLAGS', flags),
    cause: error,
  });
}

const WHYS: Readonly<Record<string, readonly [why: string, hint: string]>> = {
  EADDRINUSE: ['something else listens there', '"ss -ltnp" shows what holds the port; or choose another with FLAGS'],
  EADDRNOTAVAIL: [
    'this machine has no such address',
    '"ip address" shows those that it has; --listen 0.0.0.0 is all of them',
  ],
  ENOTFOUND: ['there is no such name', 'write an address of this machine: --listen 0.0.0.0 is all of them'],
  EAI_AGAIN: ['its name can’t be resolved', 'write an address of this machine: --listen 0.0.0.0 is all of them'],
  EACCES: ['this user may not', 'ports below 1024 are for root: choose another with FLAGS'],
};
