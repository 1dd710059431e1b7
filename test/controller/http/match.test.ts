import assert from 'node:assert/strict';
import { test } from 'vitest';
import { MethodFault, matchRoute } from '../../../controller/http/match.ts';
import { routes } from '../../../controller/http/routes.ts';
import type { Fault } from '../../../proto/fault.ts';

test('a path is taken apart into its variables, decoded', () => {
  const { route, params } = matchRoute(routes, 'GET', '/v1/logs/db-1/thanos%20store');
  assert.equal(route.on, 'GET /v1/logs/:host/:unit');
  assert.deepEqual(params, { host: 'db-1', unit: 'thanos store' });
});

test('HEAD is answered as GET', () => {
  assert.equal(matchRoute(routes, 'HEAD', '/v1/status').route.on, 'GET /v1/status');
});

test('a path that takes another method says which', () => {
  assert.throws(
    () => matchRoute(routes, 'PATCH', '/v1/hosts/db-1'),
    (fault: MethodFault) => fault instanceof MethodFault && fault.allowed.join() === 'GET,DELETE',
  );
});

for (const [typed, nearest] of [
  ['/v1/state', 'GET /v1/status'],
  ['/v1/host/db-1', 'GET /v1/hosts/:name'],
  ['/v2/hosts', 'GET /v1/hosts'],
]) {
  test(`${typed} is told of ${nearest}`, () => {
    assert.throws(
      () => matchRoute(routes, 'GET', typed ?? ''),
      (fault: Fault) => fault.code === 'not_found' && fault.hint?.includes(`${nearest};`) === true,
    );
  });
}

test('a percent sign that means nothing is no route, not a crash', () => {
  assert.throws(() => matchRoute(routes, 'GET', '/v1/hosts/%zz'), /no such route/);
});

test('a path without end is refused in no time: anyone may ask', () => {
  const before = performance.now();
  for (const long of ['x'.repeat(8_000), `${'x'.repeat(4_000)}/y`]) {
    assert.throws(() => matchRoute(routes, 'GET', `/v1/hosts/${long}/z`), /no such route/);
  }
  assert.ok(performance.now() - before < 100);
});
