import assert from 'node:assert/strict';
import { test } from 'vitest';
import { nodeExporter } from '../../../controller/catalogue/node-exporter.ts';
import { prometheus } from '../../../controller/catalogue/prometheus.ts';
import type { Security } from '../../../controller/fleet/kinds/security.ts';
import type { PlacedUnit } from '../../../controller/fleet/place-units.ts';
import { isTls, settled } from '../../../controller/fleet/serving.ts';
import {
  LAST_STEP,
  type Switch,
  type SwitchContext,
  servingAt,
  switchEndpoints,
} from '../../../controller/fleet/switches.ts';
import { someUnit } from '../../support/unit-specs.ts';

const unit = (more: Partial<PlacedUnit> = {}): PlacedUnit =>
  ({
    host: { name: 'db-1' },
    unit: 'node_exporter',
    port: 9100,
    ports: {},
    component: nodeExporter,
    ...more,
  }) as PlacedUnit;

const plain = new Map([['db-1', { units: [someUnit({ name: 'node_exporter' })] }]]);
const context = (more: Partial<SwitchContext> = {}): SwitchContext => ({
  specs: plain,
  switches: [],
  advancing: new Set(),
  wanted: () => 'mutual_tls',
  isScraped: () => true,
  ...more,
});
const switchOf = (more: Partial<SwitchContext> = {}, one = unit()): Switch | undefined =>
  switchEndpoints([one], context(more)).switches[0];

/** Every step on the way, in turn. */
function walk(from: Switch | undefined, wanted: Security): Switch[] {
  const seen: Switch[] = [];
  for (let one = from; one; ) {
    seen.push(one);
    one = switchOf({ switches: [one], advancing: new Set(['node_exporter@db-1']), wanted: () => wanted });
  }
  return seen;
}

test('whatever is scraped at a step serves what it is scraped by, and is scraped before and after whenever the other changes', () => {
  const steps = walk(switchOf(), 'mutual_tls');
  assert.deepEqual(
    steps.map(({ step }) => step),
    [1, 2, 3, 4, 5, 6],
  );
  const served = steps.map(servingAt);
  const all = [settled('none'), ...served, settled('mutual_tls')];
  for (const [index, now] of all.entries()) {
    const before = all[index - 1];
    if (!before) continue;
    // Somebody is scraped on both sides of the step, and does not change in it.
    const stays = now.scraped.filter((one) => before.scraped.includes(one));
    assert.ok(stays.length > 0, `step ${index}`);
    if (before.main !== now.main) assert.deepEqual(stays, ['twin'], `step ${index}`);
  }
  assert.ok(served.every(({ twin }) => twin?.port === 19_100 && twin.security === 'mutual_tls'));
});

test('whoever changes their mind goes back by the steps that were taken, from any of them', () => {
  for (const one of walk(switchOf(), 'mutual_tls')) {
    const back = walk(one, 'none').map(({ step }) => step);
    assert.deepEqual(
      back,
      Array.from({ length: one.step }, (_, index) => one.step - index),
    );
  }
});

test('a step is not taken before the one before it is confirmed', () => {
  const first = switchOf();
  assert.equal(switchOf({ switches: first ? [first] : [] })?.step, 1);
});

test('what nobody scrapes, what is new, what is stopped, and what there can be only one of changes at once', () => {
  assert.equal(switchOf({ isScraped: () => false }), undefined);
  assert.equal(switchOf({ specs: new Map() }), undefined);
  assert.equal(
    switchOf({ specs: new Map([['db-1', { units: [someUnit({ name: 'node_exporter', stopped: true })] }]]) }),
    undefined,
  );
  const single = unit({ unit: 'prometheus', component: prometheus });
  const specs = new Map([['db-1', { units: [someUnit({ name: 'prometheus' })] }]]);
  assert.equal(switchOf({ specs }, single), undefined);
  assert.equal(switchEndpoints([single], context({ specs })).units[0]?.serving?.main, 'mutual_tls');
});

test('who may come in is no reason for steps, and is taken over by those under way', () => {
  const one = walk(switchOf(), 'mutual_tls')[2];
  const next = switchOf({ switches: one ? [one] : [], wanted: () => 'tls' });
  assert.deepEqual([next?.step, next?.to], [3, 'tls']);
  assert.ok(isTls('tls') && !isTls('none') && LAST_STEP === 6);
});

test('a port that something of the host has is not taken for the second', () => {
  const other = unit({ unit: 'other', port: 19_100, component: prometheus });
  const { switches } = switchEndpoints([other, unit()], context());
  assert.equal(switches[0]?.port, 29_100);
});
