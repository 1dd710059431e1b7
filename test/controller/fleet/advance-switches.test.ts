import assert from 'node:assert/strict';
import { test } from 'vitest';
import { SwitchWatch } from '../../../controller/fleet/advance-switches.ts';
import { readSwitches } from '../../../controller/fleet/stored-switches.ts';
import { MAIN, NODE } from '../../support/fleet-folder.ts';
import { openFleet, type TestFleet } from '../../support/open-fleet.ts';
import { hostReport, unitReport } from '../../support/samples.ts';

/** Every host is as it should be, and says so. */
function obey({ stores }: TestFleet): void {
  for (const [host, { spec, digest }] of stores.specs.all()) {
    const units = spec.units.map(({ name }) => unitReport({ name, state: 'ready' }));
    const report = hostReport({ revision: spec.revision, specDigest: digest, converged: true, units });
    stores.reports.put(host, 0, report);
  }
}

test('where a Prometheus may not be asked each step waits, also when the unit changes over once more', async () => {
  using fleet = openFleet();
  fleet.enrol('a');
  let now = 0;
  const watch = new SwitchWatch({ ...fleet, now: () => now });
  const stepOf = (): number | undefined => readSwitches(fleet.stores.meta)[0]?.step;
  const apply = (security: string) =>
    fleet.apply({ 'fleet.yml': `kind: Fleet\nname: x\nendpoint_security: ${security}\n---\n${NODE}${MAIN}` });
  const look = async (): Promise<void> => {
    obey(fleet);
    await watch.look();
  };
  /** @returns how many steps were taken only after a wait */
  const finish = async (): Promise<number> => {
    let waits = 0;
    for (let looks = 0; stepOf() !== undefined; looks++) {
      assert.ok(looks < 40, `it stays at step ${stepOf()}`);
      const before = stepOf();
      await look();
      if (stepOf() !== before) continue;
      now += 75_000;
      waits++;
    }
    return waits;
  };
  await apply('none');
  const waits: number[] = [];
  for (const security of ['mutual_tls', 'none', 'mutual_tls', 'none']) {
    await apply(security);
    assert.notEqual(stepOf(), undefined);
    waits.push(await finish());
  }
  assert.ok((waits[0] ?? 0) > 0);
  assert.deepEqual(waits, [waits[0], waits[0], waits[0], waits[0]]);
});
