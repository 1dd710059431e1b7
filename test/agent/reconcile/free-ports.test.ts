import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { test } from 'vitest';
import { freePorts } from '../../support/free-port.ts';
import { AgentScene, fakeUnit, loaded } from '../agent-scene.ts';

const freePort = async () => (await freePorts(1))[0] as number;

test('a unit that is moved to a port that someone else has runs on where it is, and moves once that is free', async () => {
  await using scene = new AgentScene();
  const [release, port] = [await scene.release(), await freePort()];
  await scene.start();
  await scene.want(fakeUnit({ release, port }));
  const { pid } = await scene.untilDone();
  const other = createServer().listen(0, '127.0.0.1');
  const taken = await new Promise<number>((resolve) =>
    other.on('listening', () => resolve((other.address() as { port: number }).port)),
  );
  await scene.want(fakeUnit({ release, port: taken }));
  const unit = await scene.until(({ message }) => message !== '');
  assert.match(unit.message, new RegExp(`port ${taken} is taken by \\S+ \\(process ${process.pid}\\)`));
  assert.equal((await loaded(port)).config, 'first\n');
  assert.deepEqual([unit.pid, unit.state], [pid, 'ready']);
  other.close();
  assert.notEqual((await scene.untilDone()).pid, pid);
});

test('two units change ports with each other', async () => {
  await using scene = new AgentScene();
  const [release, one, two] = [await scene.release(), await freePort(), await freePort()];
  const units = (first: number, second: number) => [
    fakeUnit({ release, port: first }, { name: 'first', user: 'first' }),
    fakeUnit({ release, port: second }, { name: 'second', user: 'second' }),
  ];
  await scene.start();
  await scene.want(...units(one, two));
  await scene.untilDone('first');
  await scene.want(...units(two, one));
  await scene.untilDone('first');
  await scene.untilDone('second');
});
