import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { describe, test } from 'vitest';
import type { HostReport, UnitReport } from '../../proto/report.ts';
import { canMount } from '../support/can-mount.ts';
import { freePorts } from '../support/free-port.ts';
import { processesBelow } from '../support/processes.ts';
import { AgentScene, fakeUnit } from './agent-scene.ts';

type Place = 'releases' | 'etc' | 'state';
const mount = (...words: string[]) => execFileSync('mount', words, { stdio: 'pipe' });

/** How a disk comes not to take a write, and how that is undone. */
const TROUBLES = {
  full: {
    says: /is full|has too little room|has \d+ MB free/,
    make: (at: string) => {
      const file = openSync(`${at}/.ballast`, 'w');
      for (const size of [65_536, 1]) while (fits(() => writeSync(file, Buffer.alloc(size, 'x')))) continue;
      closeSync(file);
    },
    undo: (at: string) => rmSync(`${at}/.ballast`),
  },
  'without inodes': {
    says: /has no inode left/,
    make: (at: string) => {
      mkdirSync(`${at}/.ballast`);
      for (let count = 0; fits(() => closeSync(openSync(`${at}/.ballast/${count}`, 'w'))); count++) continue;
    },
    undo: (at: string) => rmSync(`${at}/.ballast`, { recursive: true }),
  },
  'read-only': {
    says: /is read-only/,
    // What is open for writing keeps a disk from being remounted.
    make: (at: string) => {
      mount('--bind', at, at);
      mount('-o', 'remount,bind,ro', at);
    },
    undo: (at: string) => execFileSync('umount', [at]),
  },
} as const;

function fits(write: () => unknown): boolean {
  try {
    write();
    return true;
  } catch {
    return false;
  }
}

/** A disk of its own in that place; it goes while nothing of the scene is left that would miss it. */
function mountDisk(scene: AgentScene, place: Place) {
  const at = scene.layout[place];
  mkdirSync(at, { recursive: true });
  mount('-t', 'tmpfs', '-o', 'size=200m,nr_inodes=400,mode=755', 'disk-of-test', at);
  return {
    at,
    async [Symbol.asyncDispose]() {
      await scene.stop();
      for (const { pid } of processesBelow(scene.home)) process.kill(pid, 'SIGKILL');
      execFileSync('umount', ['--lazy', at]);
    },
  };
}

const CASES = (['releases', 'etc', 'state'] as const).flatMap((place) =>
  (['full', 'without inodes', 'read-only'] as const).map((trouble) => [place, trouble] as const),
);

describe.skipIf(!canMount())('a change that a disk does not take', () => {
  test.each(CASES)(
    '%s %s: what runs goes on, the disk is named, room is all that it takes',
    async (place, trouble) => {
      const { says, make, undo } = TROUBLES[trouble];
      await using scene = new AgentScene();
      await using disk = mountDisk(scene, place);
      const [release, other, [port = 0]] = [await scene.release(), await scene.release('2.0.0'), await freePorts(1)];
      await scene.start();
      await scene.want(fakeUnit({ release, port }));
      const { pid, version } = await scene.untilDone();
      const config = () => readFileSync(`${scene.layout.etc}/prometheus/prometheus.yml`, 'utf8');
      make(disk.at);
      const wanting = scene.want(fakeUnit({ release: other, port, config: 'second', argv: ['--label=b'] }));
      await wanting.catch(() => undefined);
      const names = (text: string) => text.includes(`${disk.at} (disk-of-test)`) && says.test(text);
      const tells = ({ message }: UnitReport, { problems }: HostReport) =>
        place === 'state'
          ? problems.some((problem) => problem.code === 'spec_unsaved' && names(problem.message))
          : names(message);
      const held = await scene.until(tells);
      assert.deepEqual([held.pid, held.version, config()], [pid, version, 'first\n']);
      assert.ok(scene.report?.problems.some(({ code, message }) => code === 'disk' && message.includes(disk.at)));
      undo(disk.at);
      const done = await scene.until((unit) => unit.version === '2.0.0' && unit.state === 'ready');
      assert.deepEqual([done.pid === pid, config()], [false, 'second\n']);
    },
    60_000,
  );
});
