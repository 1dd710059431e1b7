import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test } from 'vitest';
import { fakeRelease } from '../../support/fake-release.ts';
import { freePorts } from '../../support/free-port.ts';
import { fakeUnit, temporaryHome } from '../agent-scene.ts';
import { openPair } from './pair.ts';

test('a controller reaches through an agent only what the agent’s own units say and write', async () => {
  using archives = temporaryHome();
  await using pair = await openPair(archives.path);
  const made = await fakeRelease('1.0.0');
  writeFileSync(`${archives.path}/${made.release.sha256}`, made.archive);
  const port = (await freePorts(1))[0] as number;
  const foreign = pair.rpc.rpc.sessionPort;
  await pair.enrol();
  pair.start();
  await pair.untilOnline();
  pair.want(fakeUnit({ release: made, port }));
  await pair.untilReady();
  const ask = (port: number) => pair.rpc.sessions.ask('web-1', { unit: 'prometheus', port, path: '/-/ready' }, 5_000);
  assert.equal((await ask(port)).status, 200);
  assert.match((await ask(foreign)).error, /cannot ask prometheus: it does not listen on port \d+/);

  // Ports may be added to a unit that runs: naming one does not make it the unit's.
  const named = [port, foreign].map((number) => ({ number, protocol: 'tcp', use: 'http' }));
  pair.want(fakeUnit({ release: made, port }, { ports: named }));
  await pair.untilReady();
  assert.match((await ask(foreign)).error, /it does not listen on port \d+/);

  const unit = { unit: 'ssh', lines: 5, follow: false };
  const tail = pair.rpc.sessions.tailLog('web-1', unit, () => undefined);
  await assert.rejects(tail.done, /cannot show the log of ssh: it is no unit of this host/);
  const own = pair.rpc.sessions.tailLog('web-1', { ...unit, unit: 'prometheus' }, () => undefined);
  await own.done;
});
