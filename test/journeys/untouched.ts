import assert from 'node:assert/strict';
import type { StatusView } from '../../controller/http/views.ts';
import type { Outcome, QuickStart } from '../support/quick-start.ts';

/** All that a refusal must leave alone, seen from outside. */
async function lookAt(fleet: QuickStart): Promise<unknown> {
  const { hosts, converged } = await fleet.get<StatusView>('/v1/status');
  const prometheus = fleet.pidOf('prometheus');
  return {
    converged,
    pids: [prometheus, fleet.pidOf('node_exporter')],
    units: hosts.flatMap((host) => host.units.map(({ name, state, restarts }) => ({ name, state, restarts }))),
    config:
      prometheus && (await (await fetch(`http://127.0.0.1:${fleet.ports.prometheus}/api/v1/status/config`)).json()),
    revisions: await fleet.get('/v1/revisions?limit=100'),
  };
}

/** What was said of something that is refused: all of it after the plan, if one was shown. @throws unless nothing was touched. */
export async function refusal(fleet: QuickStart, act: () => Promise<Outcome>): Promise<string> {
  const before = await lookAt(fleet);
  const { code, stdout, stderr } = await act();
  assert.equal(code, 1, `it was not refused:\n${stdout}${stderr}`);
  assert.deepEqual(await lookAt(fleet), before, 'something was touched');
  assert.ok((before as { converged: boolean }).converged, 'the fleet was not converged before');
  const [, afterPlan] = /^\d+ to [a-z]+.*\n([^]*)$/m.exec(stderr) ?? [];
  return `${stdout}${afterPlan ?? stderr}`;
}
