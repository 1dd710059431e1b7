import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { test } from 'vitest';
import type { InventoryHost } from '../../../controller/fleet/inventory.ts';
import { matchHosts, placeReplicas } from '../../../controller/fleet/select-hosts.ts';
import { facts } from '../../support/samples.ts';

const host = (name: string, labels: Record<string, string> = {}, arch = 'amd64'): InventoryHost => ({
  name,
  labels,
  address: '10.0.0.1',
  facts: { ...facts, arch },
});
const names = (hosts: readonly { name: string }[]): string[] => hosts.map((one) => one.name);

test('a match needs every label and fact that it names, one of the values of each, and nothing of `not`', () => {
  const hosts = [
    host('a', { role: 'db', env: 'prod' }),
    host('b', { role: 'db', env: 'dev' }),
    host('c', { role: 'db', env: 'prod' }, 'arm64'),
    host('d'),
  ];
  assert.deepEqual(names(matchHosts('all', hosts)), ['a', 'b', 'c', 'd']);
  assert.deepEqual(names(matchHosts(['d', 'a', 'x'], hosts)), ['a', 'd']);
  assert.deepEqual(names(matchHosts({ labels: { role: 'db', env: ['prod', 'stage'] } }, hosts)), ['a', 'c']);
  assert.deepEqual(names(matchHosts({ labels: { role: 'db' }, facts: { arch: 'arm64' } }, hosts)), ['c']);
  assert.deepEqual(names(matchHosts({ labels: { role: 'db' }, not: { names: ['b'] } }, hosts)), ['a', 'c']);
  assert.deepEqual(names(matchHosts({ not: { labels: { env: 'prod' } } }, hosts)), ['b', 'd']);
  assert.deepEqual(names(matchHosts({ not: {} }, hosts)), ['a', 'b', 'c', 'd']);
});

test('replicas are spread over the values of a label before any value holds two', () => {
  const hosts = [host('a', { az: '1' }), host('b', { az: '1' }), host('c', { az: '2' }), host('d', { az: '3' })];
  assert.deepEqual(
    placeReplicas(3, 'az', hosts, []).map((one) => one.host),
    ['a', 'c', 'd'],
  );
  assert.deepEqual(
    placeReplicas(2, undefined, hosts, []).map((one) => one.host),
    ['a', 'b'],
  );
});

const NAMES = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'];
const world = fc.record({
  count: fc.integer({ min: 1, max: 5 }),
  spread: fc.boolean(),
  hosts: fc.uniqueArray(fc.record({ name: fc.constantFrom(...NAMES), az: fc.constantFrom('1', '2', '3') }), {
    selector: (one) => one.name,
  }),
  later: fc.uniqueArray(fc.record({ name: fc.constantFrom(...NAMES), az: fc.constantFrom('1', '2', '3') }), {
    selector: (one) => one.name,
  }),
  laterCount: fc.integer({ min: 1, max: 5 }),
});

test('whatever comes and goes: a replica stays on its host under its ordinal, and no two share either', () => {
  fc.assert(
    fc.property(world, ({ count, spread, hosts, later, laterCount }) => {
      const by = spread ? 'az' : undefined;
      const toHosts = (all: typeof hosts): InventoryHost[] => all.map(({ name, az }) => host(name, { az }));
      const first = placeReplicas(count, by, toHosts(hosts), []);
      assert.equal(first.length, Math.min(count, hosts.length));
      const second = placeReplicas(laterCount, by, toHosts(later), first);
      assert.equal(second.length, Math.min(laterCount, later.length));
      assert.equal(new Set(second.map((one) => one.host)).size, second.length);
      assert.equal(new Set(second.map((one) => one.ordinal)).size, second.length);
      const still = first.filter((one) => later.some(({ name }) => name === one.host));
      for (const one of still.slice(0, laterCount)) {
        assert.ok(
          second.some((other) => other.host === one.host && other.ordinal === one.ordinal),
          'a replica moved',
        );
      }
      assert.deepEqual(
        placeReplicas(laterCount, by, toHosts(later).reverse(), second),
        second,
        'placing again moves nothing',
      );
    }),
    { numRuns: 2_000 },
  );
});
