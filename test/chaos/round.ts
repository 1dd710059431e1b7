import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { processesBelow } from '../support/processes.ts';
import { QuickStart } from '../support/quick-start.ts';
import { pick, randomFrom } from '../support/random.ts';

export const VICTIMS = ['controller', 'agent', 'prometheus', 'node_exporter'] as const;
export type Victim = (typeof VICTIMS)[number];
const UNITS = ['prometheus', 'node_exporter'] as const;

/** Longer than a first install or a config change takes here, so that a kill may come at any moment of it, or just after. */
const INSTALL_SPAN_MS = 12_000;
const CHANGE_SPAN_MS = 1_500;

interface Blow {
  /** Undefined: nothing ran yet at that moment. */
  readonly victim: Victim | undefined;
  readonly afterMs: number;
}

export interface RoundResult {
  readonly seed: number;
  readonly install: Blow;
  readonly change: Blow;
  readonly tookMs: number;
}

/**
 * One life of a quick start: a kill -9 in the middle of its first install and one in the middle of a config change. After each, what a
 * person would do: the same command again. Then everything that must hold is looked at from outside.
 */
export async function playRound(
  seed: number,
  mirror: string,
  versions: { prometheus: string; nodeExporter: string },
  say: (line: string) => void = () => {},
): Promise<RoundResult> {
  const random = randomFrom(seed);
  const began = performance.now();
  await using world = await QuickStart.create();
  world.writeFleet(mirror, versions);

  const install = await strikeDuring(world, random, INSTALL_SPAN_MS, () => world.up());
  say(`seed ${seed}: install: ${showBlow(install)}`);
  await upAgain(world, seed, 'after the kill during install');
  await expectWhole(world, seed, 1);

  const before = Object.fromEntries(UNITS.map((unit) => [unit, world.pidOf(unit)]));
  world.write({
    'rules/up.yml': `groups: [{ name: up, rules: [{ record: "job:up:count${seed}", expr: "count by (job) (up)" }] }]\n`,
  });
  const change = await strikeDuring(world, random, CHANGE_SPAN_MS, () =>
    world.run('apply', '-f', world.folder, '--yes'),
  );
  say(`seed ${seed}: change: ${showBlow(change)}`);
  await upAgain(world, seed, 'after the kill during a change');
  await expectWhole(world, seed, 2);
  for (const unit of UNITS) {
    if (unit !== change.victim)
      assert.equal(world.pidOf(unit), before[unit], `seed ${seed}: ${unit} lost its pid to a kill of ${change.victim}`);
  }
  await expectRule(world, `job:up:count${seed}`, seed);
  await expectGone(world, seed);
  return { seed, install, change, tookMs: performance.now() - began };
}

const showBlow = ({ victim, afterMs }: Blow): string =>
  `kill -9 of ${victim ?? 'nothing (nothing ran yet)'} after ${afterMs} ms`;

async function strikeDuring(
  world: QuickStart,
  random: () => number,
  spanMs: number,
  act: () => Promise<unknown>,
): Promise<Blow> {
  const afterMs = Math.round(random() * spanMs);
  const acting = act();
  await sleep(afterMs);
  const running = VICTIMS.filter((one) => world.pidOf(one) !== 0);
  const victim = running.length > 0 ? pick(random, running) : undefined;
  if (victim) process.kill(world.pidOf(victim), 'SIGKILL');
  await acting;
  return { victim, afterMs };
}

async function upAgain(world: QuickStart, seed: number, when: string): Promise<void> {
  const { code, stdout, stderr } = await world.up();
  assert.equal(code, 0, `seed ${seed}: "up" ${when} exited with ${code}\n${stdout}${stderr}`);
}

/** A death is seen within a second or so: until then everything may still be called ready, by one that is dead. */
const SEEN_WITHIN_MS = 30_000;

async function expectWhole(world: QuickStart, seed: number, revisions: number): Promise<void> {
  const deadline = performance.now() + SEEN_WITHIN_MS;
  for (;;) {
    const copies = UNITS.map((unit) =>
      processesBelow(world.directory).filter((one) => one.program.endsWith(`/${unit}`)),
    );
    for (const some of copies) assert.ok(some.length <= 1, `seed ${seed}: two copies: ${JSON.stringify(some)}`);
    const status = await world.run('status', '-o', 'json');
    if (status.code === 0 && copies.every((some) => some.length === 1)) break;
    const missing = UNITS.filter((_, index) => copies[index]?.length === 0);
    const why = `running: all but [${missing.join(', ')}]; status: ${status.stdout}${status.stderr}`;
    assert.ok(performance.now() < deadline, `seed ${seed}: not whole after ${SEEN_WITHIN_MS / 1000} s; ${why}`);
    await sleep(200);
  }
  const db = new Database(join(world.home, 'controller/promfleet.db'), { readonly: true });
  assert.deepEqual(db.pragma('integrity_check'), [{ integrity_check: 'ok' }], `seed ${seed}`);
  const applies = db.prepare("select count(*) from revision where cause = 'apply'").pluck().get() as number;
  assert.ok(applies <= revisions, `seed ${seed}: ${applies} applies recorded for ${revisions}`);
  db.close();
  const halfWritten = readdirSync(world.home, { recursive: true, encoding: 'utf8' }).filter(
    (path) => /\.(tmp|part)[^/]*$/.test(path) && path.includes('host/etc'),
  );
  assert.deepEqual(halfWritten, [], `seed ${seed}: half-written files left in a unit's configuration`);
}

async function expectRule(world: QuickStart, rule: string, seed: number): Promise<void> {
  const answer = await fetch(`http://127.0.0.1:${world.ports.prometheus}/api/v1/rules`);
  const { data } = (await answer.json()) as { data: { groups: { rules: { name: string }[] }[] } };
  const names = data.groups.flatMap((group) => group.rules.map((one) => one.name));
  assert.deepEqual(names, [rule], `seed ${seed}: Prometheus itself has other rules`);
}

async function expectGone(world: QuickStart, seed: number): Promise<void> {
  const down = await world.run('down', '--dir', world.home, '--yes');
  assert.equal(down.code, 0, `seed ${seed}: down exited with ${down.code}\n${down.stdout}${down.stderr}`);
  assert.deepEqual(processesBelow(world.directory), [], `seed ${seed}: left running after down`);
  assert.deepEqual(
    readdirSync(world.directory).filter((name) => name === 'home'),
    [],
    `seed ${seed}: left on disk after down`,
  );
}
