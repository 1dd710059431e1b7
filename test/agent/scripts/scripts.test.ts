import assert from 'node:assert/strict';
import { existsSync, lstatSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { test as oneByOne } from 'vitest';
import { writeOutput } from '../../../agent/scripts/write-output.ts';
import type { UnitSpec } from '../../../proto/spec.ts';
import { eventually } from '../../support/eventually.ts';
import { freePorts } from '../../support/free-port.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { AgentScene, fakeUnit } from '../agent-scene.ts';

/** They mostly wait for real programs. */
const test = oneByOne.concurrent;

async function unitWith(scene: AgentScene, script: string, everySeconds = 2): Promise<UnitSpec> {
  const [port = 0] = await freePorts(1);
  const unit = fakeUnit({ release: await scene.release(), port });
  const file = { path: 'scripts/a.sh', content: Buffer.from(script), live: true };
  return {
    ...unit,
    files: [...unit.files, file],
    scripts: [
      { name: 'a', file: file.path, everySeconds, timeoutSeconds: everySeconds, output: 'a.prom', status: 's.prom' },
    ],
  };
}

const read = (scene: AgentScene, name: string): string =>
  readFileSync(`${scene.layout.var}/prometheus/${name}`, 'utf8');

test('what a script prints is there for whoever collects it, as is how it went', async () => {
  await using scene = new AgentScene();
  await scene.start();
  await scene.want(await unitWith(scene, '#!/bin/sh\necho "me $(id -u)"; echo noise >&2; pwd\n'));
  await scene.untilDone();
  await eventually(() => assert.match(read(scene, 's.prom'), /^promfleet_script_success\{script="a"\} 1$/m), 15_000);
  assert.match(read(scene, 'a.prom'), new RegExp(`^me \\d+\\n${scene.layout.var}/prometheus\\n$`));
  assert.deepEqual(scene.report?.problems, []);
});

test('one that fails leaves what it printed before, is told of, and is well again by itself; a change restarts nothing', async () => {
  await using scene = new AgentScene();
  await scene.start();
  const good = await unitWith(scene, '#!/bin/sh\necho good 1\n');
  await scene.want(good);
  const { pid } = await scene.untilDone();
  await eventually(() => assert.equal(read(scene, 'a.prom'), 'good 1\n'), 15_000);
  const change = (content: string): UnitSpec => ({
    ...good,
    files: good.files.map((file) => (file.path === 'scripts/a.sh' ? { ...file, content: Buffer.from(content) } : file)),
  });
  await scene.want(change('#!/bin/sh\necho bad 1\necho no disk >&2\nexit 3\n'));
  const report = await eventually(() => {
    assert.equal(scene.report?.problems.length, 1);
    return scene.report;
  }, 15_000);
  assert.equal(report?.problems[0]?.message, 'the script a of prometheus failed: exited with code 3: no disk');
  assert.equal(read(scene, 'a.prom'), 'good 1\n');
  await eventually(() => assert.match(read(scene, 's.prom'), /^promfleet_script_success\{script="a"\} 0$/m), 15_000);
  await scene.want(change('#!/bin/sh\necho better 2\n'));
  await eventually(() => assert.equal(read(scene, 'a.prom'), 'better 2\n'), 15_000);
  await eventually(() => assert.deepEqual(scene.report?.problems, []), 15_000);
  assert.equal((await scene.untilDone()).pid, pid);
});

test('one that hangs is ended with all that it began, and there are never two of it', async () => {
  await using scene = new AgentScene();
  await scene.start();
  const marks = `${scene.layout.var}/prometheus/marks`;
  const script =
    "#!/bin/sh\n[ -e lock ] && echo twice >> marks\ntouch lock\ntrap '' TERM\nsleep 1.7\nrm lock\necho once >> marks\nsleep 60\n";
  await scene.want(await unitWith(scene, script, 3));
  await scene.untilDone();
  await eventually(
    () =>
      assert.equal(scene.report?.problems[0]?.message, 'the script a of prometheus failed: gave no answer within 3 s'),
    20_000,
  );
  await eventually(() => assert.match(readFileSync(marks, 'utf8'), /once\nonce/), 20_000);
  assert.doesNotMatch(readFileSync(marks, 'utf8'), /twice/);
  assert.equal(existsSync(`${scene.layout.var}/prometheus/a.prom`), false);
}, 60_000);

test('where the host’s administrator wants no scripts none runs; the unit does', async () => {
  await using scene = new AgentScene();
  mkdirSync(`${scene.layout.etc}/promfleet`, { recursive: true });
  await scene.start();
  const ran = `${scene.layout.var}/prometheus/ran`;
  const unit = await unitWith(scene, '#!/bin/sh\necho x >> ran\necho a 1\n');
  await scene.want(unit);
  await scene.untilDone();
  await eventually(() => assert.ok(existsSync(ran)), 15_000);
  writeFileSync(`${scene.layout.etc}/promfleet/agent.yaml`, 'allow: { scripts: false }\n', { mode: 0o644 });
  await eventually(() => assert.equal(scene.report?.facts.narrowing?.scripts, false), 15_000);
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  rmSync(ran, { force: true });
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  assert.equal(existsSync(ran), false);
});

test('a link where the file is made is not followed', async () => {
  using directory = temporaryDirectory();
  const [path, other] = [`${directory.path}/a.prom`, `${directory.path}/other`];
  writeFileSync(other, 'mine');
  symlinkSync(other, path);
  symlinkSync(other, `${path}.promfleet-new`);
  await writeOutput(path, 'a 1\n');
  assert.equal(readFileSync(other, 'utf8'), 'mine');
  assert.equal(lstatSync(path).isFile(), true);
  assert.equal(readFileSync(path, 'utf8'), 'a 1\n');
});
