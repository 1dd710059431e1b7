import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'vitest';
import { showing } from '../../../agent/supervise/shown-files.ts';
import { STRICT } from '../../../proto/spec.ts';
import { eventually, openScene, type Scene, supervise } from './scene.ts';

const PLACE = '/usr/share/promfleet-under-test';
const LOOK = `cat ${PLACE}/one/words ${PLACE}/two/words; ls /usr/share | grep -c '^doc$'; grep CapBnd /proc/self/status`;
const SEEN = ['one', 'two', '1', 'CapBnd:\t0000000000000000'];

/** Files of a release, and where its program looks for them: nowhere that is on this machine. */
const releaseOf = (scene: Scene) =>
  ['one', 'two'].map((name) => {
    const from = join(scene.directory, 'release', name);
    mkdirSync(from, { recursive: true });
    writeFileSync(join(from, 'words'), `${name}\n`);
    return { from, to: `${PLACE}/${name}` };
  });

test('a supervised program sees the files of its release where it looks for them, and nobody else does', async () => {
  using scene = openScene();
  const binds = releaseOf(scene);
  using supervisor = await supervise(scene);
  const argv = ['-c', `${LOOK}; trap 'exit 0' TERM; while :; do sleep 0.1; done`];
  await supervisor.start({ ...scene.launch('steady'), program: '/bin/sh', argv, sandbox: { ...STRICT, binds } });
  await eventually(
    () => supervisor.lastLines('unit', 10),
    (seen) => seen.join() === SEEN.join(),
  );
  assert.ok(!existsSync(PLACE));
  // It is the program itself that is known, and stopped.
  await supervisor.stop('unit', scene.launch('steady').stop);
  assert.equal((await supervisor.observe()).get('unit')?.state, 'none');
  await supervisor.forget('unit');
  assert.ok(!existsSync(join(scene.state, 'unit.shown')));
});

test('so it does where nobody is root', () => {
  using scene = openScene();
  const binds = releaseOf(scene);
  const scratch = join(scene.directory, 'scratch');
  const run = showing(binds, { program: '/bin/sh', argv: ['-c', LOOK], identity: undefined }, scratch, false);
  chmodSync(scratch, 0o777);
  const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  const printed = execFileSync(run.program, run.argv, { encoding: 'utf8', ...nobody });
  assert.deepEqual(printed.trim().split('\n'), SEEN);
});
