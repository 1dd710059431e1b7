import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'vitest';
import { probeUnit, readMetrics } from '../../../agent/supervise/probe.ts';
import type { Probe } from '../../../proto/spec.ts';
import { eventually } from '../../support/eventually.ts';

async function serve(answer: RequestListener) {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.dispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}
const probeOf = (port: number, more: Partial<Probe> = {}): Probe => ({
  name: 'ready',
  port,
  path: '/-/ready',
  status: 200,
  metric: '',
  above: 0,
  ...more,
});

test('a probe holds when the status is the one expected', async () => {
  using server = await serve((request, answer) =>
    answer.writeHead(request.url === '/-/ready' ? 200 : 404).end('hello'),
  );
  assert.deepEqual(await probeUnit(probeOf(server.port)), { ok: true, message: '' });
  const { ok, message } = await probeUnit(probeOf(server.port, { path: '/other' }));
  assert.equal(ok, false);
  assert.equal(message, `http://127.0.0.1:${server.port}/other answered 404, not 200`);
});

test('a probe on a metric holds when its sum is above', async () => {
  using server = await serve((_, answer) => answer.end('scrapes{a="1"} 2\nscrapes{a="2"} 3\n'));
  assert.equal((await probeUnit(probeOf(server.port, { metric: 'scrapes', above: 4 }))).ok, true);
  const low = await probeUnit(probeOf(server.port, { metric: 'scrapes', above: 5 }));
  assert.deepEqual(low, { ok: false, message: 'scrapes is 5, not above 5' });
  assert.match((await probeUnit(probeOf(server.port, { metric: 'scrape' }))).message, /has no metric scrape$/);
});

test('a page of many megabytes is read through', async () => {
  const block = 'other_metric{label="value"} 1\n'.repeat(35_000);
  using server = await serve((_, answer) => {
    for (let i = 0; i < 10; i++) answer.write(block);
    answer.end('last 7\n');
  });
  assert.deepEqual([...(await readMetrics({ port: server.port, path: '/metrics' }, ['last'], 10_000))], [['last', 7]]);
});

test('nobody there, a server that says nothing and one that never ends do not hold it up', async () => {
  using silent = await serve(() => {});
  using endless = await serve((_, answer) => {
    answer.write('# more\n');
    const timer = setInterval(() => answer.write('# more\n'), 20);
    answer.once('close', () => clearInterval(timer));
  });
  const { port } = await (async () => {
    using gone = await serve(() => {});
    return gone;
  })();
  assert.match((await probeUnit(probeOf(port), 200)).message, /does not answer: connect ECONNREFUSED/);
  assert.match((await probeUnit(probeOf(silent.port), 200)).message, /no whole answer within 0.2 s/);
  assert.match((await probeUnit(probeOf(endless.port, { metric: 'a' }), 200)).message, /no whole answer within 0.2 s/);
  assert.equal((await probeUnit(probeOf(endless.port), 200)).ok, true);
});

test('metrics that are refused are an error', async () => {
  using server = await serve((_, answer) => answer.writeHead(503).end());
  await assert.rejects(readMetrics({ port: server.port, path: '/metrics' }, ['up']), /answered 503/);
});

test('an answer of which only the status is asked is read to its end, as its program would complain of a broken one', async () => {
  const ended: boolean[] = [];
  using server = await serve((_, answer) => {
    answer.once('close', () => ended.push(answer.writableFinished));
    let lines = 0;
    const timer = setInterval(() => (++lines < 10 ? answer.write('# more\n') : answer.end()), 20);
    answer.once('close', () => clearInterval(timer));
  });
  assert.equal((await probeUnit(probeOf(server.port))).ok, true);
  await eventually(() => assert.deepEqual(ended, [true]));
});
