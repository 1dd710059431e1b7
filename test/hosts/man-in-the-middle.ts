import { execFileSync } from 'node:child_process';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createHttpsServer, request } from 'node:https';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { Clock, openTestAuthority } from '../support/open-controller-state.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

/** What is done to connections to one port: passed on untouched for so many, after that answered with a key of one's own. */
export interface Attack {
  readonly port: number;
  readonly passes: number;
  /** Of what the controller answers to an HTTP request, what is answered instead. */
  readonly change: (path: string, body: Buffer) => Buffer;
}

/** Someone between hosts and their controller who has everything but its key: an address of their own, and a true copy of its answers. */
export class ManInTheMiddle implements AsyncDisposable {
  readonly #life: AsyncDisposableStack;

  /** `link` is the bridge where `address` is taken; `real` is where the controller answers. */
  static async open(link: string, address: string, real: string, attacks: readonly Attack[]): Promise<ManInTheMiddle> {
    await using life = new AsyncDisposableStack();
    execFileSync('ip', ['addr', 'add', `${address}/24`, 'dev', link]);
    life.defer(() => void execFileSync('ip', ['addr', 'del', `${address}/24`, 'dev', link]));
    const directory = life.use(temporaryDirectory());
    const { certificate: cert, key } = await (await openTestAuthority(directory.path, new Clock())).serverCertificate();
    for (const attack of attacks) {
      const forger = createHttpsServer(
        { cert, key, ALPNCallback: ({ protocols }) => (protocols.includes('http/1.1') ? 'http/1.1' : protocols[0]) },
        (asked, answer) => void forge(real, attack, asked, answer),
      );
      const sockets = new Set<Socket>();
      let passed = 0;
      const front = createServer((socket) => {
        sockets.add(socket.on('error', () => undefined));
        if (passed++ >= attack.passes) forger.emit('connection', socket);
        else pass(socket, real, attack.port);
      });
      await new Promise<void>((listening) => front.listen(attack.port, address, listening));
      life.defer(() => close(front, sockets));
    }
    return new ManInTheMiddle(life.move());
  }

  private constructor(life: AsyncDisposableStack) {
    this.#life = life;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#life.disposeAsync();
  }
}

function pass(socket: Socket, real: string, port: number): void {
  const onward = connect(port, real);
  onward.on('error', () => socket.destroy()).on('close', () => socket.destroy());
  socket
    .on('close', () => onward.destroy())
    .pipe(onward)
    .pipe(socket);
}

async function forge(
  real: string,
  { port, change }: Attack,
  asked: IncomingMessage,
  answer: ServerResponse,
): Promise<void> {
  const path = asked.url ?? '/';
  const onward = request({ host: real, port, path, rejectUnauthorized: false }, (response) => {
    void buffer(response).then((body) => answer.writeHead(response.statusCode ?? 500).end(change(path, body)));
  });
  onward.on('error', () => answer.destroy()).end();
}

async function close(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  const closed = new Promise((done) => server.close(done));
  for (const socket of sockets) socket.destroy();
  await closed;
}
