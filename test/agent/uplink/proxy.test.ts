import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { test } from 'vitest';
import { connectTo, proxyTo } from '../../../agent/uplink/proxy.ts';

const proxyOf = (host: string, env: Record<string, string>): string | undefined => proxyTo(host, env)?.host;

test('the proxy is the one that sessions take', () => {
  const https_proxy = 'http://proxy:3128';
  assert.equal(proxyOf('mon', {}), undefined);
  assert.equal(proxyOf('mon', { https_proxy }), 'proxy:3128');
  assert.equal(proxyOf('mon', { https_proxy, grpc_proxy: 'http://other:1' }), 'other:1');
  assert.equal(proxyOf('mon', { http_proxy: 'http://plain:80' }), 'plain');
  assert.equal(proxyOf('mon', { https_proxy: 'https://proxy:3128' }), undefined);
  assert.equal(proxyOf('mon', { https_proxy: 'nonsense' }), undefined);
});

test('what is exempt is reached straight', () => {
  const https_proxy = 'http://proxy:3128';
  const exempt = (host: string, no_proxy: string) => proxyOf(host, { https_proxy, no_proxy }) === undefined;
  assert.ok(exempt('mon.example.com', 'localhost,.example.com'));
  assert.ok(exempt('10.1.2.3', '10.0.0.0/8'));
  assert.ok(exempt('10.1.2.3', '10.1.2.3'));
  assert.ok(!exempt('11.1.2.3', '10.0.0.0/8'));
  assert.ok(!exempt('mon.example.org', '.example.com'));
  assert.ok(!exempt('mon', '10.0.0.0/99'));
});

test('a connection goes through the proxy, and what that refuses is said', async () => {
  await using life = new AsyncDisposableStack();
  const target = createServer((socket) => socket.end('hello'));
  const asked: string[] = [];
  const proxy = createHttpServer();
  proxy.on('connect', (request, socket: Socket) => {
    asked.push(`${request.url} ${request.headers['proxy-authorization']}`);
    if (request.url?.startsWith('refused')) return socket.end('HTTP/1.1 403 Not For You\r\n\r\n');
    const onward = connect((target.address() as AddressInfo).port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      onward.pipe(socket);
    });
  });
  for (const server of [target, proxy]) {
    await once(server.listen(0, '127.0.0.1'), 'listening');
    life.defer(() => void server.close());
  }
  const env = { https_proxy: `http://me:p%40ss@127.0.0.1:${(proxy.address() as AddressInfo).port}` };
  const signal = AbortSignal.timeout(10_000);
  assert.equal(await text(await connectTo('mon.example', 9442, signal, env)), 'hello');
  assert.deepEqual(asked, [`mon.example:9442 Basic ${Buffer.from('me:p@ss').toString('base64')}`]);
  await assert.rejects(connectTo('refused', 1, signal, env), /the proxy 127\.0\.0\.1:\d+ answers 403 Not For You/);
  assert.equal(await text(await connectTo('127.0.0.1', (target.address() as AddressInfo).port, signal, {})), 'hello');
});
