import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { onTestFinished, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { keepLive, waitMs } from '../../controller/web/live.ts';
import { Fault } from '../../proto/fault.ts';

interface World {
  readonly server: WebSocketServer;
  /** What happened to the page, in order. */
  readonly log: string[];
  readonly until: (entry: string) => Promise<void>;
}

/** A page's live link to a real server, and what it does. `read` runs while the page reads everything. */
async function connect(read: (world: World) => Promise<void>): Promise<World & { retry: () => void }> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const log: string[] = [];
  const until = async (entry: string): Promise<void> => {
    for (const deadline = Date.now() + 5_000; !log.includes(entry); ) {
      if (Date.now() > deadline) assert.fail(`no "${entry}" in ${log.join(', ')}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  const world = { server, log, until };
  const link = keepLive({
    openSocket: () => new WebSocket(`ws://127.0.0.1:${port}`),
    readAll: async () => {
      await read(world).finally(() => log.push('read'));
    },
    pulse: () => Promise.resolve(),
    onMessage: (message) => log.push(message.type === 'download' ? message.what : message.type),
    onLive: () => log.push('live'),
    onLost: ({ code }) => log.push(`lost ${code}`),
    chance: () => 0,
  });
  onTestFinished(() => {
    link.stop();
    for (const client of server.clients) client.terminate();
    server.close();
  });
  return { ...world, retry: link.retry };
}

const say = ({ server }: World, what: string): void => {
  for (const client of server.clients) client.send(JSON.stringify({ type: 'download', what, done: 1, total: 2 }));
};

test('what is said while the page still reads is applied after what was read', async () => {
  const world = await connect(async (world) => {
    say(world, 'early');
    await new Promise((resolve) => setTimeout(resolve, 30));
  });
  await world.until('early');
  assert.deepEqual(world.log, ['read', 'read', 'early', 'live']);
  say(world, 'later');
  await world.until('later');
});

test('a stream that breaks is opened anew, and everything is read again', async () => {
  const world = await connect(async () => undefined);
  await world.until('live');
  world.log.length = 0;
  for (const client of world.server.clients) client.terminate();
  await world.until('live');
  assert.deepEqual(world.log, ['lost unavailable', 'read', 'read', 'live']);
});

test('a refused credential is not tried again until there is another', async () => {
  let good = false;
  const world = await connect(async () => {
    if (!good) throw new Fault('denied', 'expired');
  });
  await world.until('lost denied');
  await new Promise((resolve) => setTimeout(resolve, 500));
  assert.deepEqual(world.log, ['read', 'lost denied']);
  good = true;
  world.retry();
  await world.until('live');
});

test('waits grow up to a few seconds, and differ from page to page', () => {
  assert.deepEqual(
    [0, 1, 2, 9].map((attempt) => waitMs(attempt, 0.5)),
    [300, 600, 1_200, 5_000],
  );
  assert.ok(waitMs(9, 0) < waitMs(9, 0.99));
});
