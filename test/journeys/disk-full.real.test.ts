import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { canMount } from '../support/can-mount.ts';
import { QuickStart } from '../support/quick-start.ts';
import { realMirror } from '../support/real-releases.ts';
import { fails, soon, succeeds, unitOf } from './world.ts';

const mount = (...args: string[]) => execFileSync('mount', args, { stdio: 'ignore' });

describe.skipIf(!canMount())('a host with no room for a release', () => {
  const life = new AsyncDisposableStack();
  let fleet: QuickStart;
  let releases: string;

  beforeAll(async () => {
    process.env['COLUMNS'] = '1000';
    const mirror = life.use(await realMirror());
    fleet = life.use(await QuickStart.create());
    fleet.writeExporter(mirror.url);
    releases = join(fleet.home, 'host/releases');
    mkdirSync(releases, { recursive: true });
    mount('-t', 'tmpfs', '-o', 'size=70m,mode=755', 'promfleet-small', releases);
    life.defer(() => void execFileSync('umount', ['--lazy', releases]));
  });
  afterAll(() => life.disposeAsync());

  test('says which disk is full and how much it takes, and goes on by itself when there is room', async () => {
    const said = new RegExp(
      `cannot install node_exporter \\S+: it needs \\d+ MB and ${releases} \\(promfleet-small\\) has \\d+ MB free`,
    );
    const going = fleet.up();
    await soon(async () => assert.match((await unitOf(fleet, 'node_exporter')).message, said), 60_000);
    assert.match(fails(await statusSaid()), said);
    mount('-o', 'remount,size=300m', releases);
    succeeds(await going);
    assert.equal((await unitOf(fleet, 'node_exporter')).state, 'ready');
  });

  const statusSaid = async () => {
    const { code, stdout } = await fleet.run('status');
    return { code, stdout: '', stderr: stdout };
  };
});
