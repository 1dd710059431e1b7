import assert from 'node:assert/strict';
import { test } from 'vitest';
import type { FleetEvent } from '../../controller/events/event.ts';
import { changesBetween, createState, linkAfter, takeMessage, tick } from '../../controller/web/state.ts';
import { Fault } from '../../proto/fault.ts';
import { aHost, aUnit } from './samples.ts';

const anEvent = (message: string): FleetEvent => ({ at: 1, kind: 'UnitChanged', host: 'a', unit: 'u', message });

test('a host replaces what was known of it, and a new one takes its place by name', () => {
  const state = createState(0);
  for (const name of ['b', 'a', 'b']) takeMessage(state, { type: 'host', host: aHost({ name }) }, 0);
  assert.deepEqual(
    state.hosts.value.map(({ name }) => name),
    ['a', 'b'],
  );
});

test('the newest event is first, and old ones are let go', () => {
  const state = createState(0);
  for (let i = 0; i < 150; i += 1) takeMessage(state, { type: 'event', event: anEvent(`${i}`) }, 0);
  assert.equal(state.events.value[0]?.message, '149');
  assert.equal(state.events.value.length, 100);
});

test('a finished download stays long enough to be seen, a silent one is given up', () => {
  const state = createState(0);
  takeMessage(state, { type: 'download', what: 'done', done: 5, total: 5 }, 1_000);
  takeMessage(state, { type: 'download', what: 'half', done: 2, total: 5 }, 1_000);
  const after = (ms: number) => {
    tick(state, ms);
    return [...state.downloads.value.keys()];
  };
  assert.deepEqual(after(2_000), ['done', 'half']);
  assert.deepEqual(after(4_000), ['half']);
  assert.deepEqual(after(62_000), []);
});

test('only states that last are announced, and only of hosts that were known', () => {
  const ready = [aHost()];
  const stopped = [aHost({ units: [aUnit({ state: 'stopped' })] })];
  assert.deepEqual(changesBetween(ready, stopped), ['node_exporter on a is stopped']);
  assert.deepEqual(changesBetween(ready, [aHost({ units: [aUnit({ state: 'stopping' })] })]), []);
  assert.deepEqual(changesBetween(ready, [aHost({ online: false })]), ['a is out of reach']);
  assert.deepEqual(changesBetween([], stopped), []);
});

test('a loss keeps the moment when the page last knew, however often it tries again', () => {
  const gone = new Fault('unavailable', 'no connection');
  const first = linkAfter({ kind: 'live' }, gone, 10);
  assert.deepEqual(linkAfter(first, gone, 99), { kind: 'lost', sinceMs: 10, why: 'no connection' });
  assert.equal(linkAfter(first, new Fault('denied', 'expired'), 99).kind, 'denied');
});
