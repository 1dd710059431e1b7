import assert from 'node:assert/strict';
import { test } from 'vitest';
import type { Fleet, TargetsSeen } from '../../controller/web/tone.ts';
import { judge } from '../../controller/web/verdict.ts';
import type { HostView, UnitView } from '../../controller/web/wire.ts';
import { aHost, aTarget, aUnit } from './samples.ts';

const targets = (...healths: string[]): TargetsSeen[] => [
  {
    prometheus: 'prometheus@a',
    error: '',
    targets: healths.map((health, i) => aTarget({ health, instance: `a:${9000 + i}`, url: `${i}` })),
  },
];
const judged = (hosts: HostView[], seen: TargetsSeen[] = [], more: Partial<Fleet> = {}) => {
  const fleet = { name: 'test', revision: '1', appliedAtMs: 0, actor: 'ada' };
  return judge({ held: false, fleet, hosts, targets: seen, ...more });
};
const one = (unit: Partial<UnitView>) => judged([aHost({ units: [aUnit(unit)] })]);

test('a fleet that is as it should be says so, with nothing to add', () => {
  const host = aHost({ units: [aUnit({ name: 'prometheus' }), aUnit({ name: 'node_exporter' })] });
  const verdict = judged([host], targets('up', 'up', 'up'));
  assert.equal(verdict.headline, 'All 2 units on 1 host are ready; 3 of 3 targets up');
  assert.equal(verdict.tone, 'good');
  assert.deepEqual(verdict.reasons, []);
  assert.deepEqual(
    verdict.figures.map(({ name, value }) => `${name} ${value}`),
    ['Hosts 1/1', 'Units 2/2', 'Targets 3/3'],
  );
});

test('one unit is not spoken of as all units', () => {
  assert.equal(one({}).headline, 'The one unit is ready');
});

test('a failed unit is bad, and is told with its own words and the next move', () => {
  const host = aHost({
    units: [aUnit({ name: 'prometheus', state: 'failed', message: 'exited with code 2' }), aUnit()],
  });
  const verdict = judged([host]);
  assert.equal(verdict.tone, 'bad');
  assert.equal(verdict.headline, '1 of 2 units is in trouble');
  const reason = {
    tone: 'bad',
    where: 'prometheus@a',
    text: 'Exited with code 2',
    command: 'promfleet logs prometheus@a',
  };
  assert.deepEqual(verdict.reasons, [reason]);
});

test('what is being installed is on its way, not in trouble', () => {
  const verdict = one({ state: 'installing' });
  assert.equal(verdict.tone, 'busy');
  assert.equal(verdict.headline, '0 of 1 unit ready, 1 on its way');
});

test('what an operator stopped is at rest; what stopped by itself is not', () => {
  const stopped = one({ state: 'stopped', stopped: true, name: 'node_exporter' });
  assert.equal(stopped.tone, 'rest');
  assert.equal(stopped.headline, '0 of 1 unit ready, 1 stopped on purpose');
  assert.equal(stopped.reasons[0]?.command, 'promfleet start node_exporter --on a');
  assert.equal(one({ state: 'stopped' }).tone, 'busy');
});

test('a target that is down because its unit is down is told once', () => {
  const host = aHost({ units: [aUnit({ name: 'node_exporter', port: 9000, state: 'stopped', stopped: true })] });
  const verdict = judged([host], targets('down', 'down'));
  assert.deepEqual(
    verdict.reasons.map(({ where }) => where),
    ['node a:9001', 'node_exporter@a'],
  );
  assert.match(verdict.headline, /2 of 2 targets are down$/);
});

test('a host out of reach is bad, and its units are not counted as ready', () => {
  const verdict = judged([aHost({ online: false }), aHost({ name: 'b' })]);
  assert.equal(verdict.tone, 'bad');
  assert.equal(verdict.headline, '1 of 2 hosts is out of reach; 1 unit elsewhere is ready');
  assert.equal(verdict.figures[1]?.value, '1/2');
  assert.equal(judged([aHost({ online: false })]).headline, 'The only host is out of reach');
});

test('a target counts once, and is blamed once, however many Prometheis scrape it', () => {
  const seen = (prometheus: string, health: string): TargetsSeen => ({
    prometheus,
    error: '',
    targets: [aTarget({ health: 'up', instance: 'a:1' }), aTarget({ health, instance: 'a:2', lastError: 'timeout' })],
  });
  const both = judged([aHost()], [seen('one', 'down'), seen('two', 'down')]);
  assert.match(both.headline, /1 of 2 targets is down$/);
  assert.deepEqual(
    both.reasons.map(({ text }) => text),
    ['one and two can’t scrape it: timeout'],
  );
  assert.match(judged([aHost()], [seen('one', 'up'), seen('two', 'down')]).headline, /1 of 2 targets is down$/);
});

test('targets before their first scrape are neither up nor down', () => {
  const verdict = judged([aHost()], targets('unknown', 'up'));
  assert.equal(verdict.headline, 'The one unit is ready; 1 of 2 targets up, 1 not scraped yet');
});

test('a Prometheus that can’t be asked makes its targets unknown, which is said', () => {
  const verdict = judged([aHost()], [{ prometheus: 'prometheus@a', targets: [], error: 'no answer' }]);
  assert.equal(verdict.tone, 'warn');
  assert.match(verdict.reasons[0]?.text ?? '', /unknown: no answer/);
});

test('a held controller is the first thing to say', () => {
  const verdict = judged([aHost()], [], { held: true });
  assert.equal(verdict.tone, 'bad');
  assert.match(verdict.headline, /holds back/);
});

test('an empty fleet says what to do first', () => {
  assert.equal(judged([], [], { fleet: null }).reasons[0]?.command, 'promfleet token create');
  const joined = judged([aHost({ units: [] })], [], { fleet: null });
  assert.equal(joined.headline, '1 host has joined; no fleet has been applied yet');
  assert.equal(joined.tone, 'rest');
});

test('drift on a ready unit is a warning that says what was changed', () => {
  const verdict = one({ drift: 'changed by hand: prometheus.yml' });
  assert.equal(verdict.tone, 'warn');
  assert.equal(verdict.headline, 'The one unit is ready, but 1 is not as wanted');
  assert.equal(verdict.reasons[0]?.text, 'Changed by hand: prometheus.yml');
});

test('a unit that runs on without a change that it refused is a warning, with the first line of why', () => {
  const { tone, reasons } = one({ message: 'it refused its new config, the previous one runs on:\n  line 3: …' });
  assert.equal(tone, 'warn');
  assert.equal(reasons[0]?.text, 'It refused its new config, the previous one runs on:');
});

test('what nothing wants any more is on its way out', () => {
  assert.equal(one({ wantedVersion: '', state: 'ready' }).tone, 'busy');
});

test('a ready unit on a host that has not converged is not yet good', () => {
  const verdict = judged([aHost({ converged: false, wantedRevision: '2' })]);
  assert.equal(verdict.tone, 'busy');
  assert.equal(verdict.reasons[0]?.text, 'It goes to revision 2.');
});
