import assert from 'node:assert/strict';
import { appendFileSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test as oneByOne } from 'vitest';
import { LaunchRecords } from '../../../agent/supervise/launch-record.ts';
import type { State } from '../../../agent/supervise/lifecycle.ts';
import { ProcessSupervisor } from '../../../agent/supervise/process-supervisor.ts';
import { FIRST_UID } from '../../../agent/supervise/user-ids.ts';
import { eventually, look, now, openScene, running, supervise } from './scene.ts';

/** They mostly wait for real delays. */
const test = oneByOne.concurrent;
const isRoot = process.getuid?.() === 0;
const lines = (supervisor: ProcessSupervisor, count = 10) => supervisor.lastLines('unit', count);

test('where a start could lose what is stored there is none without room on the disk', async () => {
  using scene = openScene();
  using supervisor = await supervise(scene);
  await assert.rejects(supervisor.start(scene.launch('steady', { startRoom: 2 ** 60 })), {
    message: /cannot run .*steady: .* MB free, and with less than \d+ MB a start could lose what is stored$/,
  });
  assert.equal(running(scene.directory).length, 0);
});

test('a unit is started, signalled, stopped and forgotten', async () => {
  using scene = openScene();
  using supervisor = await supervise(scene);
  let changes = 0;
  supervisor.onChange(() => changes++);
  const nasty = ['--a=$HOME %n', 'b"c\\d', "e'f ; | & $(id)", ''];
  await supervisor.start(scene.launch('steady', { argv: nasty, env: { LANG: 'C' } }));
  await eventually(
    () => lines(supervisor),
    (seen) => seen.length > 0,
  );
  assert.deepEqual(await lines(supervisor), [`started: ${nasty.map((word) => `[${word}]`).join(' ')}`]);
  const up = await look(supervisor);
  assert.equal(up.state, 'running');
  assert.equal(up.restarts, 0);
  assert.equal(up.launchDigest, 'one');

  await supervisor.signal('unit', 'SIGHUP');
  await eventually(
    () => lines(supervisor, 1),
    ([last]) => last === 'reloaded',
  );
  await assert.rejects(supervisor.forget('unit'), /cannot forget unit: it runs/);
  await supervisor.stop('unit', scene.launch('steady').stop);
  assert.deepEqual((await look(supervisor)).state, 'none');
  assert.equal((await look(supervisor)).lastExit, 'exited with code 0');
  assert.deepEqual(
    running(scene.directory).filter(({ leader }) => leader),
    [],
  );
  await assert.rejects(supervisor.signal('unit', 'SIGHUP'), /cannot send SIGHUP to unit: it does not run/);
  assert.ok(changes >= 3);

  await supervisor.forget('unit');
  assert.equal((await supervisor.observe()).size, 0);
  assert.equal(existsSync(join(scene.state, 'unit.log')), false);
});

test('a child is in a session of its own, reads nothing, and runs as nobody in particular', async () => {
  using scene = openScene();
  using supervisor = await supervise(scene);
  await supervisor.start(scene.launch('steady'));
  const { pid } = await look(supervisor);
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const field = (name: string) => new RegExp(`^${name}:[\\t ]*(.*)$`, 'm').exec(status)?.[1]?.trim();
  assert.equal(readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ')[5], String(pid));
  const identity = await supervisor.identity('unit');
  if (!isRoot) return assert.equal(identity, undefined);
  assert.ok(identity && identity.uid >= FIRST_UID);
  assert.deepEqual(field('Uid')?.split('\t'), Array(4).fill(String(identity.uid)));
  assert.deepEqual(field('Gid')?.split('\t'), Array(4).fill(String(identity.gid)));
  assert.equal(field('Groups'), '');
  assert.deepEqual(await supervisor.identity('unit'), identity);
});

test('root, and a program without a path, are refused whatever was asked', async () => {
  using scene = openScene();
  using supervisor = await supervise(scene);
  for (const user of ['root', '0', '1000']) {
    await assert.rejects(supervisor.start(scene.launch('steady', { user })), { code: 'denied' });
    await assert.rejects(supervisor.identity(user), { code: 'denied' });
  }
  await assert.rejects(supervisor.start(scene.launch('steady', { program: 'steady' })), { code: 'invalid' });
  await assert.rejects(supervisor.start(scene.launch('steady', { unit: '../unit' })), { code: 'invalid' });
  await assert.rejects(supervisor.lastLines('../../etc/passwd', 1), { code: 'invalid' });
  assert.deepEqual(running(scene.directory), []);
});

test('what is killed is back at once when it had been up, and after a second when it had not', async () => {
  using scene = openScene();
  let ahead = 0;
  using supervisor = new ProcessSupervisor({ directory: scene.state, now: () => now() + ahead });
  await supervisor.recover();
  await supervisor.start(scene.launch('steady'));
  const first = await look(supervisor);
  ahead = 15_000;
  const killedAt = performance.now();
  process.kill(first.pid, 'SIGKILL');
  const second = await eventually(
    () => look(supervisor),
    ({ pid }) => pid > 0 && pid !== first.pid,
  );
  assert.ok(performance.now() - killedAt < 900, `back after ${performance.now() - killedAt} ms`);
  assert.equal(second.restarts, 1);
  assert.equal(second.lastExit, 'killed by SIGKILL');
  process.kill(second.pid, 'SIGKILL');
  const waiting = await eventually(
    () => look(supervisor),
    ({ state }) => state === 'backoff',
  );
  assert.ok(waiting.retryAtMs - now() - ahead > 1_000);
});

test('a program that ends well and unasked is started again', async () => {
  using scene = openScene();
  using supervisor = await supervise(scene);
  await supervisor.start(scene.launch('exits-0'));
  const waiting = await eventually(
    () => look(supervisor),
    ({ state }) => state === 'backoff',
  );
  assert.equal(waiting.lastExit, 'exited with code 0');
  assert.equal(
    (
      await eventually(
        () => look(supervisor),
        ({ restarts }) => restarts === 2,
      )
    ).restarts,
    2,
  );
});

test('a crash loop shows as failed with its last lines, and comes back by itself when the cause goes', async () => {
  using scene = openScene();
  let ahead = 0;
  using supervisor = new ProcessSupervisor({ directory: scene.state, now: () => now() + ahead });
  await supervisor.recover();
  await supervisor.start(scene.launch('crash-loop'));
  await eventually(
    () => look(supervisor),
    ({ restarts }) => restarts === 2,
  );
  // The waits are real, so the rest of the loop is put on record instead of waited for.
  supervisor[Symbol.dispose]();
  const records = new LaunchRecords(scene.state);
  const [record] = records.all();
  assert.ok(record?.state.name === 'backoff');
  const at = now();
  const state: State = { ...record.state, until: at, past: { attempt: 4, exits: Array(4).fill(at), failed: false } };
  records.save({ ...record, state });
  using next = new ProcessSupervisor({ directory: scene.state, now: () => now() + ahead });
  await next.recover();
  const failed = await eventually(
    () => look(next),
    (seen) => seen.state === 'failed',
  );
  assert.ok(failed.retryAtMs - at > 55_000 && failed.retryAtMs - at < 65_000);
  assert.equal((await lines(next)).at(-1), 'error: bad flag');

  writeFileSync(join(scene.directory, 'bin/crash-loop'), readFileSync(join(scene.directory, 'bin/steady')));
  next[Symbol.dispose]();
  ahead = 61_000;
  using last = new ProcessSupervisor({ directory: scene.state, now: () => now() + ahead });
  await last.recover();
  assert.equal(
    (
      await eventually(
        () => look(last),
        (seen) => seen.state === 'running',
      )
    ).restarts,
    failed.restarts,
  );
});

test('a program that is not there is said so, and tried again', async () => {
  using scene = openScene();
  using supervisor = await supervise(scene);
  const launch = scene.launch('appears-later');
  await assert.rejects(
    supervisor.start(launch),
    /cannot start unit: cannot run .*appears-later: it or its working directory/,
  );
  assert.equal((await look(supervisor)).state, 'backoff');
  writeFileSync(launch.program, readFileSync(join(scene.directory, 'bin/steady')), { mode: 0o755 });
  await eventually(
    () => look(supervisor),
    ({ state }) => state === 'running',
  );
});

test('a program that ignores SIGTERM is killed after its grace, or reported when it may not be', async () => {
  using scene = openScene();
  using supervisor = await supervise(scene);
  await supervisor.start(scene.launch('ignores-sigterm'));
  await eventually(
    () => lines(supervisor),
    (seen) => seen.includes('ready'),
  );
  const { pid } = await look(supervisor);
  const keep = { signal: 'SIGTERM', graceSeconds: 0.2, kill: false };
  await assert.rejects(
    supervisor.stop('unit', keep),
    /cannot stop unit: process \d+ is still there 0.2 s after SIGTERM/,
  );
  assert.equal((await look(supervisor)).state, 'stopping');
  assert.equal((await look(supervisor)).pid, pid);
  await supervisor.stop('unit', { ...keep, kill: true });
  assert.equal((await look(supervisor)).lastExit, 'killed by SIGKILL');
  assert.deepEqual(
    running(scene.directory).filter(({ leader }) => leader),
    [],
  );
});

test('the same launch again is left alone; another one replaces it', async () => {
  using scene = openScene();
  using supervisor = await supervise(scene);
  await supervisor.start(scene.launch('steady'));
  const first = await look(supervisor);
  await supervisor.start(scene.launch('steady', { description: 'new words' }));
  assert.equal((await look(supervisor)).pid, first.pid);
  await Promise.all([
    supervisor.start(scene.launch('steady', { digest: 'two', argv: ['2'] })),
    supervisor.start(scene.launch('steady', { digest: 'two', argv: ['2'] })),
  ]);
  const second = await look(supervisor);
  assert.notEqual(second.pid, first.pid);
  assert.equal(second.launchDigest, 'two');
  assert.equal(running(scene.directory).filter(({ leader }) => leader).length, 1);
});

test('a log is bounded while its program goes on writing to it', async () => {
  using scene = openScene();
  using supervisor = await supervise(scene);
  await supervisor.start(scene.launch('prints-a-lot', { argv: ['12288'] }));
  const log = join(scene.state, 'unit.log');
  await eventually(
    () => statSync(log).size,
    (size) => size === 12_288 * 1024,
  );
  const kept = await eventually(
    () => (existsSync(`${log}.old`) ? statSync(`${log}.old`).size : 0),
    (size) => size > 0,
    10_000,
  );
  assert.equal(kept, 8 * 1024 * 1024);
  assert.equal(statSync(log).size, 0);
  appendFileSync(log, 'and on\n');
  const last = await lines(supervisor, 2);
  assert.deepEqual(last, ['a line of sixty-four bytes, with its end, again and again and a', 'and on']);
});
