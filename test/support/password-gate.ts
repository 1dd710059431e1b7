import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A real target that asks for a password, and says which it was given. */
export interface PasswordGate extends AsyncDisposable {
  readonly port: number;
  /** Each once, in the order that it first came. */
  readonly given: readonly string[];
}

export async function passwordGate(address = '127.0.0.1'): Promise<PasswordGate> {
  const given: string[] = [];
  const server = createServer((request, response) => {
    const [, sent = ''] = /^Basic (.*)$/.exec(request.headers.authorization ?? '') ?? [];
    const password = Buffer.from(sent, 'base64')
      .toString('utf8')
      .replace(/^[^:]*:/, '');
    if (!given.includes(password)) given.push(password);
    response.setHeader('content-type', 'text/plain; version=0.0.4');
    response.end('gate 1\n');
  });
  await new Promise<void>((listening) => server.listen(0, address, listening));
  return {
    port: (server.address() as AddressInfo).port,
    given,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}
