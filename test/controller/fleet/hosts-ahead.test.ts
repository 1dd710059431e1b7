import assert from 'node:assert/strict';
import { test } from 'vitest';
import { plainly } from '../../../controller/cli/paint.ts';
import { renderPlan } from '../../../controller/cli/plan-view.ts';
import { aheadProblem } from '../../../controller/fleet/hosts-ahead.ts';
import { previewFleet } from '../../../controller/fleet/preview.ts';
import { previewUndo } from '../../../controller/fleet/undo.ts';
import { viewHost } from '../../../controller/http/views.ts';
import { FLEET, folderOf } from '../../support/fleet-folder.ts';
import { openFleet, type TestFleet } from '../../support/open-fleet.ts';
import { facts, hostReport } from '../../support/samples.ts';

/** Two hosts of a controller that was restored; `a` has seen revision 1.7, which is lost. */
async function restored(): Promise<TestFleet> {
  const fleet = openFleet();
  fleet.enrol('a');
  fleet.enrol('b');
  await fleet.apply(FLEET);
  fleet.stores.reports.put('a', 1, hostReport({ revision: { epoch: 1, number: 7 } }));
  fleet.stores.reports.put('b', 1, hostReport({ revision: { epoch: 1, number: 1 } }));
  fleet.stores.meta.beginEpoch(2);
  return fleet;
}
const preview = (fleet: TestFleet) =>
  previewFleet(fleet, { folder: 'fleet', files: folderOf(FLEET), discardOverrides: false });

test('while the controller is held, a plan names the host that is ahead, and never says that there is nothing to do', async () => {
  using fleet = await restored();
  const { plan } = await preview(fleet);
  assert.deepEqual(
    plan.notes.map((note) => note.message),
    [
      'a: it is ahead of this controller: it works to revision 7, and the newest that is known of it here is 1; the state of this controller was restored from before that',
    ],
  );
  assert.match(plan.notes[0]?.hint ?? '', /an apply makes it what the folder says/);
  assert.equal(plan.changes, true);
  const shown = renderPlan(plan, { width: 80, paint: plainly, diffs: false, verbose: false }).join('\n');
  assert.match(shown, /No unit changes against what is stored here/);
  assert.doesNotMatch(shown, /Nothing to do/);
  const undo = await previewUndo(fleet, { epoch: 1, number: 1 });
  assert.equal(undo.plan.changes, true);
});

test('once something was applied, every host is sent it anew and none is ahead', async () => {
  using fleet = await restored();
  await fleet.apply(FLEET);
  assert.deepEqual(fleet.woken.at(-1), ['a', 'b']);
  const { plan } = await preview(fleet);
  assert.deepEqual([plan.changes, plan.notes], [false, []]);
});

test('a host that is ahead says so itself, and its drift is not called behind', async () => {
  using fleet = await restored();
  const { stores } = fleet;
  const known = (host: string) => ({ spec: stores.specs.find(host), report: stores.reports.find(host)?.report });
  const problemOf = (host: string) => aheadProblem(stores, known(host).report, known(host).spec?.spec);
  assert.equal(problemOf('b'), undefined);
  const problem = problemOf('a');
  assert.ok(problem);
  const view = viewHost({
    ...known('a'),
    name: 'a',
    labels: {},
    ownLabels: {},
    facts,
    lastSeenAtMs: 1,
    online: true,
    problems: [problem],
  });
  assert.equal(view.converged, false);
  stores.meta.endHold();
  assert.equal(problemOf('a'), undefined);
});
