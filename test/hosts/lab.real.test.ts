import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { describeLab, Lab, type LabHost, labOf } from './lab-host.ts';

const BOOT_ID = '/proc/sys/kernel/random/boot_id';
/** Whole sentences to a file by a rename, as they are told to be done: each is synced, named, and only then acknowledged. */
const WRITER = `use IO::Handle; $| = 1;
for my $n (1 .. 1e6) {
  open(my $f, ">", "/root/kept.new") or exit; print $f "$n\\n" x 50000; $f->flush; $f->sync or exit; close $f;
  rename("/root/kept.new", "/root/kept") or exit; open(my $d, "<", "/root") or exit; $d->sync or exit; print "$n\\n";
}`;

describeLab('a lab of real hosts', () => {
  const place = labOf(0);
  let lab: Lab;
  let outside: Server;
  let [one, two, sysv]: LabHost[] = [];
  const host = (found: LabHost | undefined): LabHost => found ?? assert.fail('it did not boot');
  const reach = (from: LabHost, url: string) => from.run('curl', '-sS', '--max-time', '2', url);
  const url = () => `http://${lab.outside}:${(outside.address() as AddressInfo).port}/`;

  beforeAll(async () => {
    lab = new Lab(place);
    [one, two, sysv] = await lab.boot({}, { suite: 'trixie' }, { suite: 'bookworm-sysv', diskMiB: 512 });
    outside = createServer((_, response) => response.end('hello')).listen(0, lab.outside);
    await once(outside, 'listening');
  });
  afterAll(() => {
    outside.close();
    lab[Symbol.dispose]();
  });

  test('each has a name, an address, a disk and an init of its own', async () => {
    const systems = ['12', '13', '12'];
    for (const [index, each] of lab.hosts.entries()) {
      assert.equal((await each.run('hostname')).trim(), each.name);
      assert.match(await each.run('ip', 'addr', 'show', 'eth0'), new RegExp(`inet ${each.address}/24`));
      assert.match(await each.run('cat', '/etc/os-release'), new RegExp(`VERSION_ID="${systems[index]}"`));
    }
    const inits = await Promise.all(lab.hosts.map((each) => each.run('cat', '/proc/1/comm')));
    assert.deepEqual(inits, ['systemd\n', 'systemd\n', 'init\n']);
    assert.equal(new Set(await Promise.all(lab.hosts.map((each) => each.run('cat', '/etc/machine-id')))).size, 3);
    const size = await host(sysv).sh('df --block-size=1M --output=size / | tail -n 1');
    assert.ok(Number(size) < 512, size);
  });

  test('a bare server has neither Node nor xz', async () => {
    for (const each of lab.hosts) {
      for (const program of ['node', 'xz']) await assert.rejects(each.sh(`command -v ${program}`));
      for (const program of ['curl', 'sudo', 'dash']) await each.sh(`command -v ${program}`);
    }
  });

  test('it reaches this machine and its neighbours, and nothing else', async () => {
    assert.equal(await reach(host(one), url()), 'hello');
    await assert.rejects(reach(host(one), `http://${host(two).address}:9/`), /refused|Couldn't connect/);
    await assert.rejects(reach(host(one), 'http://192.0.2.1/'), /Couldn't connect|unreachable/);
  });

  test('a power cut loses what was not synced, and keeps what was', async () => {
    const victim = host(one);
    await victim.sh('echo synced > /root/synced && sync && echo lost > /root/unsynced && test -e /root/unsynced');
    const before = await victim.run('cat', BOOT_ID);
    await victim.powerCut();
    await assert.rejects(victim.run('true'), /h1 is off/);
    await victim.boot();
    assert.notEqual(await victim.run('cat', BOOT_ID), before);
    assert.equal(await victim.sh('cat /root/*synced'), 'synced\n');
  });

  test('a rename that power was cut in the middle of is old or new, never half, and never undone once it was synced', async () => {
    const victim = host(two);
    const writing = victim.spawn('perl', '-e', WRITER);
    let acknowledged = '';
    writing.stdout?.on('data', (data: Buffer) => (acknowledged += data.toString()));
    await eventually(() => assert.ok(acknowledged.split('\n').length > 3), 20_000);
    await sleep(Math.random() * 100);
    const ended = once(writing, 'exit');
    await victim.powerCut();
    await ended;
    await victim.boot();
    const lines = (await victim.run('cat', '/root/kept')).trimEnd().split('\n');
    assert.equal(lines.length, 50_000);
    assert.equal(new Set(lines).size, 1);
    assert.ok(Number(lines[0]) >= Number(acknowledged.trimEnd().split('\n').at(-1)));
  });

  test('a rename of what was not synced is not forgiven', async () => {
    const victim = host(two);
    await victim.sh('echo old > /root/careless && sync && echo new > /root/careless.new');
    await victim.sh('mv /root/careless.new /root/careless && sync /root && cat /root/careless');
    await victim.powerCut();
    await victim.boot();
    assert.equal(await victim.sh('cat /root/careless'), '');
  });

  test('it reboots, from outside and from inside, and loses nothing', async () => {
    for (const each of [host(one), host(two)]) {
      const boots = [await each.run('cat', BOOT_ID)];
      await each.sh('echo unsynced > /root/written');
      await each.reboot();
      boots.push(await each.run('cat', BOOT_ID));
      assert.equal(await each.run('cat', '/root/written'), 'unsynced\n');
      await each.sh('reboot').catch(() => undefined);
      await eventually(async () => assert.ok(!boots.includes(await each.run('cat', BOOT_ID))), 30_000);
      await each.awaitBoot();
    }
  });

  test('a cable is cut and healed, and nothing restarts', async () => {
    const before = await host(one).run('cat', BOOT_ID);
    await host(one).cutCable();
    await assert.rejects(reach(host(one), url()), /timed out/);
    await host(one).healCable();
    await eventually(async () => assert.equal(await reach(host(one), url()), 'hello'), 20_000);
    assert.equal(await host(one).run('cat', BOOT_ID), before);
  });

  test('its disk is full to the byte, and has room again', async () => {
    const victim = host(one);
    await victim.fillDisk();
    await assert.rejects(victim.run('cp', '/etc/passwd', '/root/more'), /No space left on device/);
    await victim.fillDisk(1_000_000);
    const room = Number(await victim.sh('df --block-size=1 --output=avail / | tail -n 1'));
    assert.ok(room > 900_000 && room <= 1_000_000, String(room));
    await victim.freeDisk();
    await victim.sh('head -c 2000000 /dev/zero > /root/more');
  });

  test('a wiped one is another machine', async () => {
    const before = await host(one).run('cat', '/etc/machine-id');
    await host(one).wipe();
    await host(one).boot();
    assert.notEqual(await host(one).run('cat', '/etc/machine-id'), before);
    await assert.rejects(host(one).run('cat', '/root/synced'), /No such file/);
  });

  test('nothing of a lab is left', () => {
    const found = (program: string, ...words: string[]) =>
      execFileSync(program, words, { encoding: 'utf8' })
        .split('\n')
        .filter((line) => line.includes(`${place.name}-h`) || line.includes(`/${place.name}/`));
    const traces = () => [
      ...found('cat', '/proc/mounts'),
      ...found('losetup', '-a'),
      ...found('ip', 'netns'),
      ...found('ip', 'link'),
      ...found('ps', 'axww', '-o', 'args'),
      ...found('sh', '-c', `ls -d /sys/fs/cgroup/${place.name}/ /sys/fs/cgroup/*/${place.name}/ 2>/dev/null || true`),
    ];
    assert.ok(traces().length > 10);
    lab[Symbol.dispose]();
    assert.deepEqual(traces(), []);
    assert.doesNotMatch(
      execFileSync('ip', ['route'], { encoding: 'utf8' }),
      new RegExp(place.net.replaceAll('.', '\\.')),
    );
  });
});
