import assert from 'node:assert/strict';
import { connect, createServer, type Socket } from 'node:net';
import { test } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { serveTestRpc, TestAgent } from '../../support/serve-test-rpc.ts';

/** A network that can be cut without either side being told, as when a cable is pulled. */
async function openCuttableNetwork(port: number) {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => {});
    }
    near.pipe(far);
    far.pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    sessionPort: (server.address() as { port: number }).port,
    cut() {
      for (const socket of sockets) socket.unpipe().pause();
    },
    [Symbol.dispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

test('a host whose network was cut is noticed within 25 s', async () => {
  await using rpc = await serveTestRpc();
  using network = await openCuttableNetwork(rpc.rpc.sessionPort);
  const { key, identity } = await rpc.enrol('db-1');
  const agent = new TestAgent(network, key, identity);
  await agent.connect();
  await eventually(() => assert.equal(rpc.sessions.online().size, 1));
  network.cut();
  await eventually(() => assert.equal(rpc.sessions.online().size, 0), 25_000);
  assert.equal(rpc.state.events().at(-1), 'HostDisconnected');
  agent.close();
});
