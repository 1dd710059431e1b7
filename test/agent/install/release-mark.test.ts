import assert from 'node:assert/strict';
import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { test } from 'vitest';
import { freePorts } from '../../support/free-port.ts';
import { AgentScene, fakeUnit } from '../agent-scene.ts';

test('a program that was altered is never started: its release is installed anew first', async () => {
  await using scene = new AgentScene();
  const [release, port] = [await scene.release(), (await freePorts(1))[0] as number];
  await scene.start();
  await scene.want(fakeUnit({ release, port }));
  const { pid } = await scene.untilDone();
  const program = `${scene.layout.releases}/${readdirSync(scene.layout.releases).find((name) => name.startsWith('prom'))}/prometheus`;
  const whole = readFileSync(program, 'utf8');
  writeFileSync(`${program}.new`, '#!/bin/sh\nexit 7\n', { mode: 0o755 });
  renameSync(`${program}.new`, program);
  process.kill(pid, 'SIGKILL');
  const again = await scene.until((unit, report) => unit.pid !== pid && unit.state === 'ready' && report.converged);
  assert.equal(readFileSync(program, 'utf8'), whole);
  assert.equal(scene.fetched.length, 2);
  assert.ok(again.restarts <= 2);
});
