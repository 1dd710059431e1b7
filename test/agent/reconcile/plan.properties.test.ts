import assert from 'node:assert/strict';
import { test } from 'vitest';
import {
  NO_CONFIG,
  NO_PROCESS,
  type ObservedConfig,
  type ObservedHost,
  type ObservedUnit,
} from '../../../agent/reconcile/observed.ts';
import { isRefused, planHost } from '../../../agent/reconcile/plan.ts';
import { type UnitStep, unitOf } from '../../../agent/reconcile/step.ts';
import { type Wanted, wantedUnits } from '../../../agent/reconcile/wanted.ts';
import { NO_RECORD, type UnitRecord } from '../../../agent/state/unit-record.ts';
import type { UnitSpec } from '../../../proto/spec.ts';
import { pick, randomFrom } from '../../support/random.ts';
import { anyUnit } from '../../support/unit-specs.ts';

const HOLD = { why: 'what it holds would be lost', hint: '' };
const SEEDS = 20_000;
const MOST_PASSES = 20;

interface World {
  readonly host: { releases: Set<string>; units: Map<string, ObservedUnit> };
  stamps: number;
  /** Sets that the running programs refuse. */
  readonly refuses: ReadonlySet<string>;
}

/** The digests of a few dozen units, worked out once. */
const known = new Map<string, Wanted>();
const wantedUnit = (unit: UnitSpec): Wanted => {
  const key = [
    unit.name,
    unit.release.sha256[0],
    unit.argv.at(-1),
    String(unit.files[0]?.content),
    unit.reload !== undefined,
    unit.stopped,
    unit.reportDrift,
    unit.user,
  ].join();
  const wanted = known.get(key) ?? wantedUnits({ revision: { epoch: 1, number: 1 }, units: [unit] })[0];
  known.set(key, wanted as Wanted);
  return wanted as Wanted;
};

/** A world in which every unit is what some spec once made of it, or of which anything may have been lost or changed. */
function anyWorld(random: () => number, wanted: readonly Wanted[]): World {
  const releases = new Set<string>();
  const units = new Map<string, ObservedUnit>();
  const others = ['prometheus', 'node', 'old'].map((name) => wantedUnit(anyUnit(random, name)));
  for (const was of others) {
    const now = wanted.find(({ unit }) => unit.name === was.unit.name);
    if (random() < 0.7) releases.add(was.unit.release.sha256);
    if (random() < 0.7) units.set(was.unit.name, anyObserved(random, now ? pick(random, [was, now]) : was));
  }
  const refuses = new Set(wanted.filter(() => random() < 0.15).map(({ configDigest }) => configDigest));
  return { host: { releases, units }, stamps: 100, refuses };
}

function anyObserved(random: () => number, was: Wanted): ObservedUnit {
  const state = pick(random, ['running', 'running', 'backoff', 'failed', 'none'] as const);
  const runs = state !== 'none';
  const current = pick(random, [was.configDigest, was.configDigest, '']);
  const config: ObservedConfig = {
    ...NO_CONFIG,
    current,
    stamp: current && 'stamp 1',
    previous: random() < 0.2 ? was.configDigest : '',
    sets: current ? [current] : [],
    edited: current && random() < 0.2 ? ['prometheus.yml'] : [],
    live: { ...NO_CONFIG.live, stale: random() < 0.5 ? [...was.live.keys()] : [] },
    leftovers: random() < 0.3,
  };
  const record: UnitRecord = {
    ...NO_RECORD,
    loaded: runs && random() < 0.7 ? { stamp: 'stamp 1', digest: current } : undefined,
    checked: pick(random, [was.checkDigest, '']),
    preflighted: pick(random, [was.launchDigest, '']),
    launch: runs
      ? { digest: was.launchDigest, version: '1', sha256: was.unit.release.sha256, stop: was.unit.stop }
      : undefined,
    refused:
      random() < 0.1 ? { configDigest: was.configDigest, launchDigest: was.launchDigest, message: 'no' } : undefined,
  };
  const program = {
    ...NO_PROCESS,
    state,
    pid: state === 'running' ? 1 : 0,
    launchDigest: runs ? was.launchDigest : '',
    isLapsed: runs && random() < 0.2,
  };
  const hold = state === 'running' && random() < 0.2 ? HOLD : undefined;
  return { program, config, record, hold };
}

/** What each step does to the world when it ends well. */
function apply(world: World, step: UnitStep): void {
  const { releases, units } = world.host;
  const name = unitOf(step);
  const have = units.get(name) ?? { program: NO_PROCESS, config: NO_CONFIG, record: NO_RECORD };
  const edit = (change: {
    config?: Partial<ObservedConfig>;
    record?: Partial<UnitRecord>;
    program?: Partial<ObservedUnit['program']>;
  }) =>
    units.set(name, {
      hold: change.program ? undefined : have.hold,
      program: { ...have.program, ...change.program },
      config: { ...have.config, ...change.config },
      record: { ...have.record, ...change.record },
    });
  const switched = (current: string, previous: string) => ({
    current,
    previous,
    edited: [],
    stamp: `stamp ${++world.stamps}`,
    leftovers: true,
  });
  switch (step.kind) {
    case 'install':
      return void releases.add(step.wanted.unit.release.sha256);
    case 'stage':
      return void edit({ config: { sets: [...have.config.sets, step.wanted.configDigest] } });
    case 'writeLive':
      return void edit({ config: { live: { ...have.config.live, stale: [], edited: [] } } });
    case 'check':
      return void edit({ record: { checked: step.wanted.checkDigest } });
    case 'preflight':
      return void edit({ record: { preflighted: step.wanted.launchDigest } });
    case 'switch':
      return void edit({
        config: switched(step.wanted.configDigest, step.keepPrevious ? have.config.previous : have.config.current),
      });
    case 'repair':
      return void edit({ config: switched(have.config.current, have.config.previous) });
    case 'restore':
      return void edit({ config: switched(have.config.previous, have.config.previous) });
    case 'stop':
      return void edit({ program: NO_PROCESS });
    case 'start': {
      const { launchDigest, unit } = step.wanted;
      return void edit({
        program: { state: 'running', pid: 2, launchDigest, isLapsed: false },
        record: {
          loaded: { stamp: have.config.stamp, digest: have.config.current },
          launch: { digest: launchDigest, version: '1', sha256: unit.release.sha256, stop: unit.stop },
          ...(have.record.refused?.configDigest === have.config.current ? { refused: undefined } : {}),
        },
      });
    }
    case 'enlist':
      return void edit({ program: { isLapsed: false } });
    case 'reload': {
      const { configDigest, launchDigest } = step.wanted;
      const isRefusal = world.refuses.has(step.digest) && step.digest === configDigest;
      return void edit({
        record: isRefusal
          ? { refused: { configDigest, launchDigest, message: 'no' } }
          : { loaded: { stamp: step.stamp, digest: step.digest } },
      });
    }
    case 'tidy':
      return void edit({
        config: {
          leftovers: false,
          previous: '',
          sets: [have.config.current],
          live: { ...have.config.live, surplus: [] },
        },
      });
    case 'hold':
      return;
    case 'forget':
      return void units.delete(name);
  }
}

/** What was held back may go on. */
function makeRoom({ host: { units } }: World): void {
  for (const [name, have] of units) units.set(name, { ...have, hold: undefined });
}

/** What must hold of a step at the moment that it is taken. */
function requireSafe(step: UnitStep, wanted: readonly Wanted[], { releases, units }: ObservedHost, seed: number): void {
  const want = wanted.find(({ unit }) => unit.name === unitOf(step));
  const have = units.get(unitOf(step));
  const says = `seed ${seed}: ${step.kind} of ${unitOf(step)}`;
  assert.deepEqual(want?.refusals ?? [], [], `${says}, which is refused`);
  if (step.kind === 'forget') assert.equal(have?.program.state, 'none', `${says} while it runs`);
  if (step.kind === 'stop') assert.equal(have?.hold, undefined, `${says}, which would lose what it holds`);
  if (step.kind === 'hold') assert.equal(have?.program.state, 'running', `${says}, which does not run`);
  if (step.kind === 'enlist')
    assert.equal(have?.program.launchDigest, want?.launchDigest, `${says}, which runs as another`);
  if (step.kind === 'switch' && have?.hold && want)
    assert.equal(have.program.launchDigest, want.launchDigest, `${says} that belongs to a launch that must wait`);
  if (!want || want.unit.stopped) {
    assert.ok(['stop', 'hold', 'forget'].includes(step.kind), `${says}, which is not wanted`);
    return;
  }
  if (step.kind === 'stop' || step.kind === 'start' || step.kind === 'switch') {
    assert.ok(releases.has(want.unit.release.sha256), `${says} with nothing to start`);
    assert.ok(have, `${says}, of which nothing is known`);
    if (isRefused(want, have)) return;
    assert.ok(have.config.sets.includes(want.configDigest), `${says} with its config not on disk`);
    assert.equal(have.record.checked, want.checkDigest, `${says} with its config not checked`);
    const isReplaced = have.program.launchDigest !== want.launchDigest;
    if (isReplaced) assert.equal(have.record.preflighted, want.launchDigest, `${says} with its flags not checked`);
    if (step.kind !== 'switch') assert.equal(have.config.current, want.configDigest, `${says} with the old config`);
  }
}

const isAsWanted = (want: Wanted, have: ObservedUnit | undefined): boolean => {
  if (want.unit.stopped) return have === undefined || have.program.state === 'none';
  if (!have || have.program.launchDigest !== want.launchDigest || have.program.state === 'none') return false;
  if (have.program.isLapsed && !want.unit.reportDrift && !isRefused(want, have)) return false;
  if (have.record.loaded?.stamp !== have.config.stamp && !isRefused(want, have)) return false;
  return have.config.current === want.configDigest || isRefused(want, have);
};

test(`any host reaches any spec, and nothing is touched before its replacement is there (${SEEDS} worlds)`, () => {
  for (let seed = 0; seed < SEEDS; seed++) {
    const random = randomFrom(seed);
    const names = ['prometheus', 'node', 'new'].filter(() => random() < 0.7);
    const units: UnitSpec[] = names.map((name) => anyUnit(random, name));
    if (random() < 0.1) units.push({ ...anyUnit(random, 'evil'), user: 'root' });
    const wanted = units.map(wantedUnit);
    const world = anyWorld(random, wanted);
    let passes = 0;
    for (let plan = planHost(wanted, world.host); plan.length > 0; plan = planHost(wanted, world.host)) {
      if (plan.every(({ kind }) => kind === 'hold')) makeRoom(world);
      assert.equal(new Set(plan.map(unitOf)).size, plan.length, `seed ${seed}: two steps for one unit`);
      for (const step of plan) {
        requireSafe(step, wanted, world.host, seed);
        apply(world, step);
      }
      assert.ok(
        ++passes <= MOST_PASSES,
        `seed ${seed}: still ${plan.map(({ kind }) => kind).join()} after ${passes} passes`,
      );
    }
    for (const want of wanted.filter(({ refusals }) => refusals.length === 0)) {
      assert.ok(
        isAsWanted(want, world.host.units.get(want.unit.name)),
        `seed ${seed}: ${want.unit.name} is not as wanted`,
      );
    }
    for (const name of world.host.units.keys())
      assert.ok(
        wanted.some(({ unit }) => unit.name === name),
        `seed ${seed}: ${name} is left`,
      );
  }
});
