import assert from 'node:assert/strict';
import { test } from 'vitest';
import {
  type Event,
  msToNextTick,
  QUICK_MS,
  SLOWEST_MS,
  STOPPED,
  type State,
  transition,
} from '../../../agent/supervise/lifecycle.ts';

const STOP: Event = { name: 'stop', graceMs: 10_000, kill: true };
const KEEP: Event = { name: 'stop', graceMs: 10_000, kill: false };

function play(...script: [Event | 'start' | 'exit' | 'tick', number][]) {
  let state: State = STOPPED;
  const effects: string[] = [];
  for (const [event, now] of script) {
    const next = transition(state, typeof event === 'string' ? { name: event } : event, now);
    state = next.state;
    if (next.effect) effects.push(`${next.effect}@${now}`);
  }
  return { state: state.name, effects };
}

/** Exits `upMs` after each spawn, with every tick on time. */
function crashLoop(upMs: number, exits: number) {
  let { state } = transition(STOPPED, { name: 'start' }, 0);
  let now = 0;
  const waits: number[] = [];
  const names: string[] = [];
  for (let exit = 0; exit < exits; exit++) {
    now += upMs;
    ({ state } = transition(state, { name: 'exit' }, now));
    names.push(state.name);
    const waitMs = msToNextTick(state, now) as number;
    waits.push(waitMs);
    now += waitMs;
    const next = transition(state, { name: 'tick' }, now);
    assert.equal(next.effect, 'spawn');
    ({ state } = next);
  }
  return { waits, names };
}

test('a program that ignores the signal is killed after its grace', () => {
  assert.deepEqual(play(['start', 0], [STOP, 10], ['tick', 11], ['tick', 10_010], ['exit', 10_011]), {
    state: 'stopped',
    effects: ['spawn@0', 'signal@10', 'kill@10010'],
  });
});

test('a program that may not be killed is given up on, and is still stopping', () => {
  const gaveUp = play(['start', 0], [KEEP, 10], ['tick', 10_010]);
  assert.deepEqual(gaveUp, { state: 'stopping', effects: ['spawn@0', 'signal@10', 'give up@10010'] });
  const goes = play(['start', 0], [KEEP, 10], ['tick', 10_010], ['exit', 50_000]);
  assert.equal(goes.state, 'stopped');
});

test('a process that SIGKILL does not end is given up on', () => {
  const { state, effects } = play(['start', 0], [STOP, 0], ['tick', 10_000], ['tick', 20_000]);
  assert.equal(state, 'stopping');
  assert.deepEqual(effects, ['spawn@0', 'signal@0', 'kill@10000', 'give up@20000']);
});

test('a crash loop waits longer every time, then is failed and tried every minute', () => {
  const { waits, names } = crashLoop(10, 8);
  assert.deepEqual(waits, [1_000, 2_000, 4_000, 8_000, SLOWEST_MS, SLOWEST_MS, SLOWEST_MS, SLOWEST_MS]);
  assert.deepEqual(names.slice(0, 4), ['backoff', 'backoff', 'backoff', 'backoff']);
  assert.deepEqual(names.slice(4), ['failed', 'failed', 'failed', 'failed']);
});

test('what runs 20 s between exits stays failed, though its exits are further apart than the window', () => {
  const { names } = crashLoop(20_000, 12);
  assert.deepEqual(new Set(names.slice(5)), new Set(['failed']));
});

test('a lone exit of what had been up is mended at once', () => {
  assert.deepEqual(crashLoop(10_000, 1).waits, [QUICK_MS]);
  assert.deepEqual(crashLoop(9_999, 1).waits, [1_000]);
  assert.deepEqual(crashLoop(3_600_000, 3).waits, [QUICK_MS, QUICK_MS, QUICK_MS]);
});

test('a steady run clears what came before', () => {
  let state: State = {
    name: 'failed',
    from: 0,
    until: SLOWEST_MS,
    past: { attempt: 9, exits: [0, 0, 0, 0, 0], failed: true },
  };
  ({ state } = transition(state, { name: 'tick' }, SLOWEST_MS));
  ({ state } = transition(state, { name: 'exit' }, SLOWEST_MS + 400_000));
  assert.equal(state.name, 'backoff');
});

test('stopping what waits for its next start ends the wait', () => {
  assert.deepEqual(play(['start', 0], ['exit', 1], [STOP, 2], ['tick', 5_000]), {
    state: 'stopped',
    effects: ['spawn@0'],
  });
});

test('a clock that is set back does not stretch a wait', () => {
  assert.deepEqual(play(['start', 100_000], ['exit', 100_001], ['tick', 50_000]).effects, [
    'spawn@100000',
    'spawn@50000',
  ]);
});

test('a second start, a late tick and a stray exit change nothing', () => {
  assert.deepEqual(play(['start', 0], ['start', 1], ['tick', 2]), { state: 'running', effects: ['spawn@0'] });
  assert.deepEqual(play(['exit', 0], ['tick', 1], [STOP, 2]), { state: 'stopped', effects: [] });
});

test('the next tick is due at once where the clock was set back, and never later than a timer can be', () => {
  const { state } = transition(transition(STOPPED, { name: 'start' }, 5_000).state, { name: 'exit' }, 5_010);
  assert.equal(msToNextTick(state, 5_010), 1_000);
  assert.equal(msToNextTick(state, 4_000), 0);
  const years = transition(
    transition(STOPPED, { name: 'start' }, 0).state,
    { name: 'stop', graceMs: 2 ** 42, kill: true },
    10,
  );
  assert.equal(msToNextTick(years.state, 10), 3_600_000);
  assert.equal(msToNextTick(STOPPED, 0), undefined);
});
