import assert from 'node:assert/strict';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, test } from 'vitest';
import { realMirror } from '../support/real-releases.ts';
import { describeLab, Lab, type LabHost, labOf } from './lab-host.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const INSTALL = '/srv/promfleet/installers/install-controller.sh';
const AGENT = '/srv/promfleet/installers/promfleet-agent';
const DAEMON = '/srv/promfleet/dist/promfleet-with-database.mjs';
const BACKUPS = '/var/backups/promfleet';
const SERVICE = 'promfleet-controller.service';
/** What a host writes by itself, or a user that was there for a while leaves in the account files. */
const OWN_BUSINESS =
  /^\/(var\/log\/|var\/lib\/systemd\/|var\/cache\/|etc\/(passwd|group|gshadow|shadow|subuid|subgid)-|lab)/;

/** As a package is: nothing but what the controller runs on, and without what it hands to hosts, which is large. */
function packageTree(): string {
  const tree = mkdtempSync(join(tmpdir(), 'promfleet-package-'));
  const filter = (source: string) => !source.endsWith('/dist/downloads');
  const copy = (path: string) => cpSync(join(ROOT, path), join(tree, path), { recursive: true, filter });
  ['dist', 'installers', 'package.json', 'LICENSE', 'node_modules/better-sqlite3'].forEach(copy);
  const node = `node-linux-${process.arch}`;
  ['bin', 'LICENSE', 'package.json'].forEach((part) => copy(`node_modules/${node}/${part}`));
  mkdirSync(join(tree, 'node_modules/.bin'));
  symlinkSync(`../${node}/bin/node`, join(tree, 'node_modules/.bin/node'));
  return tree;
}

const says = async (host: LabHost, ...words: string[]): Promise<string> => (await host.run(...words)).trim();
async function pidOf(host: LabHost): Promise<string> {
  const pid = await says(host, 'systemctl', 'show', '--value', '--property=MainPID', SERVICE);
  // Killing process 0 would kill this very test.
  assert.notEqual(pid, '0', `${SERVICE} does not run`);
  return pid;
}
const pinOf = async (host: LabHost) => /sha256:[0-9a-f]{64}/.exec(await host.run('promfleet', 'authority'))?.[0];
const refusal = (said: Promise<unknown>): Promise<string> =>
  said.then(
    () => '',
    (error: Error) => error.message,
  );

async function answers(host: LabHost): Promise<void> {
  for (const until = performance.now() + 60_000; await refusal(host.run('promfleet', 'authority')); await sleep(200)) {
    assert.ok(performance.now() < until, await refusal(host.run('promfleet', 'authority')));
  }
}

/** As h9, with the controller that runs beside it. */
async function enrol(host: LabHost): Promise<void> {
  const { token } = JSON.parse(await host.run('promfleet', 'token', 'create', '-o', 'json')) as { token: string };
  const words = ['enrol', '--home', '/srv/agent', '--name', 'h9', '--controller', '127.0.0.1:9442'];
  await host.feed(token, AGENT, ...words, '--ca', (await pinOf(host)) ?? '');
}

async function isOnline(controller: LabHost): Promise<void> {
  const shown = async () => JSON.parse(await controller.run('promfleet', 'hosts', '-o', 'json')) as Shown[];
  const isThere = ({ name, online }: Shown): boolean => name === 'h9' && online;
  for (const until = performance.now() + 120_000; !(await shown()).some(isThere); await sleep(500)) {
    assert.ok(performance.now() < until, 'h9 did not come');
  }
}
interface Shown {
  readonly name: string;
  readonly online: boolean;
}

async function tokensOf(host: LabHost): Promise<string[]> {
  const listed = JSON.parse(await host.run('promfleet', 'token', 'list', '-o', 'json')) as {
    labels: { mark?: string };
  }[];
  return listed
    .map(({ labels }) => labels.mark ?? '')
    .filter(Boolean)
    .toSorted();
}
const leaveMark = (host: LabHost, mark: string) => host.run('promfleet', 'token', 'create', '--label', `mark=${mark}`);

const filesOf = async (host: LabHost): Promise<string[]> =>
  (
    await host.sh(
      'find / -xdev \\( -path /proc -o -path /sys -o -path /run -o -path /tmp -o -path /srv \\) -prune -o -print',
    )
  )
    .split('\n')
    .filter((path) => !OWN_BUSINESS.test(path));

describeLab('the controller as a service', () => {
  const life = new AsyncDisposableStack();
  let lab: Lab;
  let first: LabHost;
  let second: LabHost;
  let bare: string[];
  const both = <T>(work: (host: LabHost) => Promise<T>) => Promise.all([first, second].map(work));

  beforeAll(async () => {
    lab = life.use(new Lab(labOf(6)));
    [first, second] = (await lab.boot({ suite: 'bookworm' }, { suite: 'trixie' })) as [LabHost, LabHost];
    const tree = packageTree();
    life.defer(() => rmSync(tree, { recursive: true, force: true }));
    for (const host of [first, second]) await host.copyIn(tree, '/srv/promfleet');
    bare = await filesOf(second);
  });
  afterAll(() => life.disposeAsync());

  test('what stands in the way is named, and nothing is left of the try', async () => {
    await second.run(
      'systemd-run',
      '--unit=rival',
      '/srv/promfleet/node_modules/.bin/node',
      '-e',
      'net.createServer().listen(9441)',
    );
    const taken = /port 9441 is taken, by \S+node -e .*\(process \d+\)/;
    let said = '';
    for (let tries = 0; !taken.test(said) && tries < 20; tries++)
      said = await refusal(second.run(INSTALL, '--dry-run'));
    assert.match(said, taken);
    assert.match(await refusal(second.run(INSTALL)), taken);
    await second.run('systemctl', 'stop', 'rival.service');
    await second.sh('echo mine > /usr/local/bin/promfleet');
    assert.match(
      await refusal(second.run(INSTALL)),
      /\/usr\/local\/bin\/promfleet is there, and is not of this installer/,
    );
    await second.run('rm', '/usr/local/bin/promfleet');
    await second.sh('mv /srv/promfleet/dist/promfleet.mjs /srv/away');
    assert.match(
      await refusal(second.run(INSTALL)),
      /promfleet is not built.*\n +run in \/srv\/promfleet, as any user: npm ci/,
    );
    await second.sh('mv /srv/away /srv/promfleet/dist/promfleet.mjs');
    await second.sh('useradd --shell /bin/sh promfleet');
    assert.match(await refusal(second.run(INSTALL)), /there is a user promfleet already, who can log in/);
    await second.run('userdel', 'promfleet');
    assert.deepEqual(await filesOf(second), bare);
  });

  test('one command brings it up on a bare host, confined, and for its group; again, it changes nothing', async () => {
    await both(async (host) => {
      const install = [INSTALL, '--name', 'mon.example.com', '--name', host.address];
      assert.match(await host.run(...install), /^promfleet \S+ is up\.$/m);
      assert.match(await host.run('promfleet', 'status'), /No host has joined/);
      const security = await host.run('systemd-analyze', 'security', '--no-pager', SERVICE);
      assert.ok(Number(/exposure level for \S+: ([\d.]+)/.exec(security)?.[1]) <= 2, security);
      const state = '/var/lib/promfleet';
      const places = [
        state,
        `${state}/promfleet.db`,
        '/run/promfleet/control.sock',
        `${state}/pki/authority.json`,
        BACKUPS,
      ];
      const modes = await host.run('stat', '--format=%a %U:%G', ...places);
      assert.deepEqual(modes.trim().split('\n'), [
        '750 promfleet:promfleet',
        '600 promfleet:promfleet',
        '660 promfleet:promfleet',
        '600 promfleet:promfleet',
        '700 promfleet:promfleet',
      ]);
      assert.match(await host.run('journalctl', '--output=cat', '--unit', SERVICE), /"msg":"controller is up"/);
      await host.sh('useradd ada; useradd bob; usermod -aG promfleet ada');
      assert.match(await host.run('runuser', '-u', 'ada', '--', 'promfleet', 'authority'), /sha256:/);
      assert.match(
        await refusal(host.run('runuser', '-u', 'bob', '--', 'promfleet', 'authority')),
        /may not open its\s+socket/,
      );
      const pid = await pidOf(host);
      assert.match(await host.run(...install), /runs already\.$/m);
      assert.equal(await pidOf(host), pid);
      assert.match(
        await refusal(host.run(INSTALL, '--name', 'other.example.com')),
        /is there already, and says something else/,
      );
    });
  });

  test('inside its confinement it fetches releases and runs their own tools', async () => {
    await using mirror = await realMirror(lab.outside);
    await enrol(first);
    const fleet = `kind: Fleet
name: t
artifacts: { sources: [{ mirror: "${mirror.url}" }] }
---
kind: Prometheus
name: main
version: "${mirror.versions['prometheus']?.at(-1)}"
hosts: all
config: native.yml
`;
    const plan = async (interval: string) => {
      await first.run('mkdir', '-p', '/srv/fleet');
      await first.feed(fleet, 'tee', '/srv/fleet/fleet.yaml');
      await first.feed(
        `scrape_configs: [{ job_name: x, scrape_interval: ${interval} }]\n`,
        'tee',
        '/srv/fleet/native.yml',
      );
      return first.sh('promfleet plan -f /srv/fleet 2>&1; true');
    };
    assert.match(await plan('5q'), /native\.yml:1.*not a valid duration/s);
    assert.match(await plan('5s'), /install +prometheus@h9/);
    await first.run('promfleet', 'host', 'remove', 'h9', '--yes');
    await first.sh('rm -r /srv/fleet /srv/agent');
  });

  test('killed or rebooted, it comes back', async () => {
    await both(async (host) => {
      const pid = await pidOf(host);
      await host.run('kill', '-KILL', pid);
      await answers(host);
      assert.notEqual(await pidOf(host), pid);
      await host.run('systemctl', 'is-enabled', SERVICE, 'promfleet-backup.timer');
    });
    await first.reboot();
    await answers(first);
  });

  test('what was answered before a power cut is there after it, in a database that is whole', async () => {
    for (const round of [1, 2, 3]) {
      await leaveMark(first, `cut${round}`);
      await first.powerCut();
      await first.boot();
      await answers(first);
      assert.equal((await tokensOf(first)).length, round);
    }
    assert.deepEqual(await tokensOf(first), ['cut1', 'cut2', 'cut3']);
    assert.match(await first.run('promfleet', 'backup'), /read back and whole/);
  });

  test('the timer backs up as the service’s own user, and what fails is seen', async () => {
    await first.run('systemctl', 'start', 'promfleet-backup.service');
    const newest = await says(
      first,
      'sh',
      '-c',
      'stat --format="%U %a" $(ls -t /var/backups/promfleet/*.tar.gz | head -n 1)',
    );
    assert.equal(newest, 'promfleet 600');
    assert.match(await first.run('systemctl', 'list-timers', '--no-pager'), /promfleet-backup\.timer/);
    await first.sh('chown root /var/backups/promfleet');
    assert.notEqual(await refusal(first.run('systemctl', 'start', 'promfleet-backup.service')), '');
    assert.match(await first.run('systemctl', '--failed', '--no-pager'), /promfleet-backup\.service/);
    assert.match(
      await first.run('journalctl', '--output=cat', '--unit=promfleet-backup'),
      /cannot back up .*older backups|run it as root/s,
    );
    await first.sh('chown promfleet /var/backups/promfleet; systemctl reset-failed');
  });

  test('another build takes its place and keeps the state; the one before stays at hand', async () => {
    const before = await says(first, 'readlink', '/opt/promfleet/controller/current');
    await first.sh(`cp ${DAEMON} /srv/whole; echo '// another build' >> ${DAEMON}; sync`);
    const cutOff = first.spawn(INSTALL);
    await once(cutOff.stdout as Readable, 'data');
    await first.powerCut();
    await first.boot();
    await answers(first);
    assert.deepEqual(await tokensOf(first), ['cut1', 'cut2', 'cut3']);
    assert.match(await first.run(INSTALL), /(is up|runs already)\.$/m);
    assert.deepEqual(await tokensOf(first), ['cut1', 'cut2', 'cut3']);
    assert.notEqual(await says(first, 'readlink', '/opt/promfleet/controller/current'), before);
    assert.equal(await says(first, 'readlink', '/opt/promfleet/controller/previous'), before);
    assert.match(await first.run(`${before}/installers/install-controller.sh`), /is up\.$/m);
    assert.equal(await says(first, 'readlink', '/opt/promfleet/controller/current'), before);
  });

  test('a version that does not come up is taken back, also when it has changed the database already', async () => {
    await leaveMark(second, 'kept');
    const migrates = `import Database from "better-sqlite3"; const db = new Database("/var/lib/promfleet/promfleet.db");
      db.pragma("user_version = 99"); db.exec("delete from join_token"); db.close();`;
    await second.sh(`cp ${DAEMON} /srv/whole`);
    await both(async (host) => {
      const running = await says(host, 'readlink', '/opt/promfleet/controller/current');
      const pin = await pinOf(host);
      const broken = `${host === second ? migrates : ''} throw new Error("this build is broken");`;
      await host.feed(broken, 'tee', DAEMON);
      const said = await refusal(host.run(INSTALL));
      assert.match(said, /was taken back: \S+ runs again/);
      assert.match(said, /this build is broken/);
      assert.equal(/The state from before was restored/.test(said), host === second);
      assert.equal(await says(host, 'readlink', '/opt/promfleet/controller/current'), running);
      assert.equal(await pinOf(host), pin);
      await host.run('cp', '/srv/whole', DAEMON);
    });
    assert.deepEqual(await tokensOf(second), ['kept']);
  });

  test('a backup makes another machine the same controller, and an agent that was told its address follows', async () => {
    await first.run('sed', '-i', `s/^names: \\[/&"${second.address}", /`, '/etc/promfleet/controller.yaml');
    await first.run('systemctl', 'restart', SERVICE);
    await answers(first);
    await enrol(first);
    await first.run('systemd-run', '--unit=agent', AGENT, 'run', '--home', '/srv/agent', '--supervisor', 'process');
    await isOnline(first);
    await first.run('promfleet', 'backup', '/srv/moving.tar.gz');
    await second.feed(await first.run('base64', '/srv/moving.tar.gz'), 'sh', '-c', 'base64 -d > /srv/moving.tar.gz');
    assert.match(await second.run('promfleet', 'restore', '/srv/moving.tar.gz', '--check'), /is whole:\s.*on h1/s);
    assert.match(await refusal(second.run('promfleet', 'restore', '/srv/moving.tar.gz')), /state is there already/);
    const replace = ['promfleet', 'restore', '/srv/moving.tar.gz', '--replace'];
    assert.match(await refusal(second.run(...replace)), /a controller runs on it/);
    const pin = await pinOf(first);
    await first.run('systemctl', 'stop', SERVICE);
    await second.run('systemctl', 'stop', SERVICE);
    await second.run(...replace);
    await second.run('systemctl', 'start', SERVICE);
    await answers(second);
    assert.equal(await pinOf(second), pin);
    await isOnline(second);
    assert.deepEqual(await tokensOf(second), ['cut1', 'cut2', 'cut3']);
  });

  test('uninstalled, it leaves what it says; purged, nothing', async () => {
    assert.match(await second.run(INSTALL, '--uninstall'), /Left in place: .*\/var\/lib\/promfleet/);
    await second.run(
      'test',
      '-e',
      '/var/lib/promfleet/pki/authority.json',
      '-a',
      '-e',
      '/etc/promfleet/controller.yaml',
    );
    assert.match(await second.run(INSTALL), /is up\.$/m);
    assert.deepEqual(await tokensOf(second), ['cut1', 'cut2', 'cut3']);
    await second.run(INSTALL, '--uninstall', '--purge');
    await second.sh('userdel ada; userdel bob');
    assert.deepEqual(await filesOf(second), bare);
    assert.equal((await second.sh('getent passwd promfleet; getent group promfleet; true')).trim(), '');
    assert.match(await second.run('systemctl', '--failed', '--no-pager'), /^0 loaded units/m);
  });
});
