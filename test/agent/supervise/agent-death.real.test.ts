import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { test } from 'vitest';
import type { ObservedProcess } from '../../../agent/supervise/supervisor.ts';
import { openScene, running, supervise } from './scene.ts';

const STAND_IN = fileURLToPath(new URL('agent-stand-in.ts', import.meta.url));
const ROUNDS = 40;
const copiesOf = (directory: string, unit: string) =>
  running(directory).filter((process) => process.leader && process.unit === unit);

test(`an agent killed at ${ROUNDS} moments leaves no copy and no orphan, and its units keep their processes`, async () => {
  using scene = openScene();
  let kept: number | undefined;
  let left: { unit: string; pid: number }[] = [];
  for (let seed = 1; seed <= ROUNDS; seed++) {
    const agent = spawn(process.execPath, [STAND_IN, scene.directory, scene.state, String(seed)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(agent, 'exit');
    const [line] = (await once(createInterface(agent.stdout), 'line')) as [string];
    const found = JSON.parse(line) as Record<string, ObservedProcess>;
    for (const { unit, pid } of left) assert.equal(found[unit]?.pid, pid, `round ${seed}: ${unit} was not adopted`);
    // Early rounds die during the first start, later ones in the middle of what goes on for ever.
    await new Promise((resolve) => setTimeout(resolve, seed <= 10 ? seed : (seed * 37) % 120));
    agent.kill('SIGKILL');
    assert.deepEqual(await ended, [null, 'SIGKILL']);
    await new Promise((resolve) => setTimeout(resolve, 30));
    left = ['kept', 'moved'].flatMap((unit) => {
      const copies = copiesOf(scene.directory, unit);
      assert.ok(copies.length <= 1, `round ${seed}: ${copies.length} copies of ${unit}`);
      return copies;
    });
    const survivor = left.find(({ unit }) => unit === 'kept')?.pid;
    assert.equal(survivor, kept ?? survivor, `round ${seed}: another process of kept`);
    kept = survivor;
  }
  assert.ok(kept);
  using last = await supervise(scene);
  for (const unit of ['kept', 'moved']) await last.stop(unit, scene.launch('steady').stop);
  assert.deepEqual([...copiesOf(scene.directory, 'kept'), ...copiesOf(scene.directory, 'moved')], []);
});
