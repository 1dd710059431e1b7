import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { canMount } from '../support/can-mount.ts';
import { QuickStart } from '../support/quick-start.ts';
import { realMirror } from '../support/real-releases.ts';
import { fails, hostOf, soon, succeeds, unitOf } from './world.ts';

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

describe.skipIf(!canMount())('a controller whose own disk is full', () => {
  const life = new AsyncDisposableStack();
  let fleet: QuickStart;
  let disk: string;

  beforeAll(async () => {
    const mirror = life.use(await realMirror());
    fleet = life.use(await QuickStart.create());
    fleet.writeExporter(mirror.url);
    disk = join(fleet.home, 'controller');
    mkdirSync(disk, { recursive: true });
    mount('-t', 'tmpfs', '-o', 'size=600m,mode=700', 'promfleet-small', disk);
    life.defer(() => void execFileSync('umount', ['--lazy', disk]));
    succeeds(await fleet.up());
  }, 120_000);
  afterAll(() => life.disposeAsync());

  test('refuses what would change something and says why; hosts stay connected; it takes it when there is room', async () => {
    const exporter = fleet.pidOf('node_exporter');
    const apply = () => fleet.run('apply', '-f', fleet.folder, '--yes');
    const ballast = join(disk, 'ballast');
    execFileSync('sh', ['-c', 'cat /dev/zero > "$1" 2>/dev/null || true', 'sh', ballast]);
    fleet.write({
      'more.yaml': `# ${'x'.repeat(200_000)}\nkind: Host\nname: ${(await hostOf(fleet)).name}\nlabels: { a: b }\n`,
    });
    assert.match(fails(await apply()), /cannot record anything: its disk is full \(.*promfleet\.db\)\n\s*make room/);
    assert.equal((await hostOf(fleet)).online, true);
    assert.equal(fleet.pidOf('node_exporter'), exporter);
    rmSync(ballast);
    succeeds(await apply());
    assert.deepEqual([(await hostOf(fleet)).labels['a'], fleet.pidOf('node_exporter')], ['b', exporter]);
  }, 120_000);
});
