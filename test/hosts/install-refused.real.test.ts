import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { openForwardProxy } from './forward-proxy.ts';
import { answerFrom, CONTROLLER, InstallScene, isBare, paste, withoutToken } from './install-scene.ts';
import { describeLab, type LabHost, labOf } from './lab-host.ts';
import { type Attack, ManInTheMiddle } from './man-in-the-middle.ts';

describeLab('what a host is not fit for is refused with the reason, and nothing is left of it', () => {
  let scene: InstallScene;
  let host: LabHost;
  beforeAll(async () => {
    scene = await InstallScene.open(labOf(8), 'bookworm');
    host = scene.host(1);
  });
  afterAll(() => scene[Symbol.dispose]());

  /** `before` makes the host unfit, `after` fit again. */
  async function refuses(says: RegExp, before: string, after: string, edit = (line: string) => line): Promise<void> {
    await host.sh(before);
    const { code, text } = await paste(host, edit((await scene.token()).install.line));
    await host.sh(after);
    assert.match(text, says);
    assert.equal(code, 1, text);
    assert.equal(await isBare(host), '');
  }
  const pretend = (program: string, body: string): [string, string] => {
    const path = `/usr/local/sbin/${program}`;
    return [`printf '#!/bin/sh\\n%s\\n' '${body}' > ${path}; chmod 755 ${path}`, `rm ${path}`];
  };
  async function worksThen(text: string, line: string): Promise<void> {
    const done = await paste(host, line);
    assert.equal(done.code, 0, done.text);
    assert.ok(done.text.includes(text), done.text);
    await uninstall();
  }
  async function uninstall(isEnrolled = true): Promise<void> {
    const { code, text } = await paste(host, `${withoutToken((await scene.token()).install.line)} -s -- --uninstall`);
    assert.equal(code, 0, text);
    assert.equal(await isBare(host), '');
    // It would come back with another key.
    if (isEnrolled) await scene.type('host', 'remove', 'h1', '--yes');
  }

  test('whoever is not root', () =>
    refuses(/this takes root\n {2}put sudo before sh/, ':', ':', (line) =>
      line.replace('sudo sh', 'setpriv --reuid=65534 --clear-groups sh'),
    ));
  test('a machine of another kind', () =>
    refuses(/there is no agent for riscv64/, ...pretend('uname', '[ "$1" = -m ] && echo riscv64 || /bin/uname "$@"')));
  test('a glibc that is too old', () =>
    refuses(
      /needs glibc 2\.28 or newer, and this is 2\.17/,
      ...pretend('getconf', '[ "$1" = LONG_BIT ] && echo 64 || echo glibc 2.17'),
    ));
  test('a C library that is not glibc', () => refuses(/another one here \(musl\?\)/, ...pretend('getconf', 'exit 1')));
  test('no token', () => refuses(/no join token was given[^]*promfleet token create/, ':', ':', withoutToken));
  test('an option that there is not', () =>
    refuses(/cannot start: --nmae is not understood/, ':', ':', (line) => `${line} -s -- --nmae x`));
  test('/opt that can not be written', () =>
    refuses(
      /\/opt\/promfleet can't be written/,
      'mount --bind /opt /opt; mount -o remount,ro,bind /opt',
      'umount /opt',
    ));
  test('/opt from which nothing may be run', async () => {
    await host.sh('mount --bind /opt /opt; mount -o remount,noexec,bind /opt');
    const { code, text } = await paste(host, (await scene.token()).install.line);
    assert.match(text, /the runtime does not run here: [^]*not mounted noexec/);
    assert.equal(code, 1);
    await host.sh('rm -rf /opt/promfleet; umount /opt');
  });
  test('a disk without room, and how much it takes', async () => {
    await host.fillDisk(60_000_000);
    await refuses(/it takes 1\d\d MB in \/opt\/promfleet, and \d\d MB are free there\n {2}make room/, ':', ':');
    await host.freeDisk();
  });
  test('no curl that can pin: the script is not even fetched', () =>
    refuses(
      /option --pinnedpubkey: is unknown/,
      ...pretend(
        'curl',
        'case "$*" in *pinned*) echo "curl: option --pinnedpubkey: is unknown" >&2; exit 2;; esac; exec /usr/bin/curl "$@"',
      ),
    ));

  test('a token that is unknown, used up or has expired: the program is there, and the host is not enrolled', async () => {
    const used = await scene.token();
    await worksThen('enrolled as h1', used.install.line);
    const expired = await scene.token('--ttl', '1s');
    await sleep(1_100);
    for (const [token, says] of [
      [used.token, /is used up/],
      [expired.token, /expired/],
      [`pfj_${'a'.repeat(36)}`, /malformed/],
    ] as const) {
      const { code, text } = await paste(host, used.install.line.replace(used.token, token));
      assert.equal(code, 1, text);
      assert.match(text, says);
      assert.match(text, /the program is installed, and this host is not enrolled/);
      assert.equal(
        await host.sh('systemctl is-enabled promfleet-agent 2>&1 || :'),
        'Failed to get unit file state for promfleet-agent.service: No such file or directory\n',
      );
    }
    await uninstall(false);
  });

  describe('and what it is fit for works', () => {
    test('/tmp from which nothing may be run, and /usr that can not be written', async () => {
      await host.sh('mount -t tmpfs -o noexec none /tmp; mount --bind /usr /usr; mount -o remount,ro,bind /usr');
      await worksThen('leave out the link /usr/local/bin/promfleet-agent', (await scene.token()).install.line);
      await host.sh('umount -l /usr /tmp');
    });

    test('xz, where it is there, saves a third of the way', async () => {
      await host.copyIn('/usr/bin/xz', '/usr/bin/xz');
      await worksThen('(xz)', (await scene.token()).install.line);
      await host.sh('rm /usr/bin/xz');
    });

    test('behind a proxy the script, the enrolment and the sessions go through it', async () => {
      const { lab, ports } = scene;
      using proxy = await openForwardProxy(lab.outside, lab.outside);
      const line = (await scene.token()).install.line.replace('sudo sh', 'sudo -E sh');
      const { code, text } = await paste(host, `export https_proxy=${proxy.url}; ${line}`);
      assert.equal(code, 0, text);
      const wanted = [ports.api, ports.sessions, ports.enrolment].map((port) => `${CONTROLLER}:${port}`);
      assert.deepEqual([...proxy.targets].toSorted(), wanted.toSorted());
      assert.equal(await host.run('stat', '-c', '%a %U', '/etc/promfleet/agent.env'), '600 root\n');
      await uninstall();
    });

    test('the two steps, with an old curl, or with wget alone', async () => {
      const { install, token } = await scene.token('--uses', '2');
      await host.sh(`cd /root && curl -fsSk -o install.sh ${install.url}`);
      const steps = `cd /root && echo '${install.sha256}  install.sh' | sha256sum -c && echo ${token} | sudo sh install.sh`;
      const works = async () => {
        const done = await paste(host, steps);
        assert.equal(done.code, 0, done.text);
        const gone = await paste(host, 'sudo sh /root/install.sh --uninstall');
        assert.equal(gone.code, 0, gone.text);
        assert.equal(await isBare(host), '');
        await scene.type('host', 'remove', 'h1', '--yes');
      };
      const old = 'case "$*" in --version) echo curl 7.38.0; exit;; *pinned*) exit 2;; esac; exec /usr/bin/curl "$@"';
      const [make, unmake] = pretend('curl', old);
      await host.sh(make);
      await works();
      await host.sh(`${unmake}; chmod 0 /usr/bin/curl`);
      assert.match((await paste(host, steps)).text, /neither curl nor wget is here/);
      await host.copyIn(execFileSync('sh', ['-c', 'command -v wget'], { encoding: 'utf8' }).trim(), '/usr/bin/wget');
      await works();
      await host.sh('rm /usr/bin/wget; chmod 755 /usr/bin/curl');
    });

    test('what was downloaded in part is gone on with; what was downloaded wrongly is downloaded anew', async () => {
      const { install } = await scene.token();
      const script = await host.sh(`curl -fsSk ${install.url}`);
      const [, sha256 = ''] = /^runtime .* gzip \S+ \d+ ([0-9a-f]{64}) /m.exec(script) ?? [];
      assert.notEqual(sha256, '');
      await host.sh(
        `mkdir -p /opt/promfleet/.download; head -c 1000000 /dev/zero > /opt/promfleet/.download/${sha256}`,
      );
      await worksThen('enrolled as h1', install.line);
    });
  });

  describe('someone in the middle, who has everything but the key', () => {
    const evil = (path: string, body: Buffer): Buffer =>
      path === '/install.sh'
        ? Buffer.concat([Buffer.from('touch /owned\n'), body])
        : Buffer.from(body.map((byte) => byte ^ 1));
    async function attacked(line: string, attacks: readonly Attack[]) {
      const { lab } = scene;
      const address = `${lab.place.net}.2`;
      await using _ = await ManInTheMiddle.open(lab.place.name, address, lab.outside, attacks);
      await answerFrom(host, address);
      try {
        return await paste(host, line);
      } finally {
        await answerFrom(host, lab.outside);
        assert.equal(await host.sh('ls /owned 2>/dev/null || :'), '');
      }
    }
    const api = (passes: number): Attack => ({ port: scene.ports.api, passes, change: evil });
    const enrolment = (passes: number): Attack => ({ port: scene.ports.enrolment, passes, change: evil });
    const sessions = (passes: number): Attack => ({ port: scene.ports.sessions, passes, change: evil });

    test('changes the script: curl does not take it', async () => {
      const { code, text } = await attacked((await scene.token()).install.line, [api(0)]);
      assert.match(text, /public key does not match pinned public key/);
      assert.equal(code, 1);
      assert.equal(await isBare(host), '');
    });

    test('changes the script of the two steps: its digest is another', async () => {
      const { install, token } = await scene.token();
      const steps = `cd /root; rm -f install.sh; curl -fsSk -o install.sh ${install.url}; echo '${install.sha256}  install.sh' | sha256sum -c && echo ${token} | sudo sh install.sh`;
      const { code, text } = await attacked(steps, [api(0)]);
      assert.match(text, /install\.sh: FAILED/);
      assert.equal(code, 1);
      assert.equal(await isBare(host), '');
    });

    test('lets the script pass and changes what it downloads: refused by the key, and without a pin by the digest', async () => {
      const { install } = await scene.token();
      const { code, text } = await attacked(install.line, [api(1)]);
      assert.match(text, /does not hold the controller's key: someone is in between/);
      assert.equal(code, 1);
      assert.equal(await isBare(host), '');
      const script = await host.sh(`curl -fsSk ${install.url}`);
      writeFileSync(join(scene.clone, 'old.sh'), script.replace(/^ {2}PIN=.*$/m, "  PIN=''"));
      await host.copyIn(join(scene.clone, 'old.sh'), '/root/old.sh');
      const unpinned = await attacked('PROMFLEET_TOKEN=pfj_x sh /root/old.sh', [api(0)]);
      assert.match(unpinned.text, /is not the runtime that this script was made for \(its digest is another\)/);
      assert.equal(unpinned.code, 1);
      assert.equal(await isBare(host), '');
    });

    test('answers the enrolment with an authority of its own: the token is not shown to it', async () => {
      const { install, token } = await scene.token();
      const { code, text } = await attacked(install.line, [api(1_000), enrolment(0)]);
      assert.match(text, /cannot enrol: wrong CA[^]*this host is not enrolled/);
      assert.equal(code, 1);
      await worksThen('enrolled as h1', install.line.replace(/pfj_\w+/, token));
    });

    test('stands between the agent and its session: it is enrolled, and says that it is not connected', async () => {
      const { code, text } = await attacked((await scene.token()).install.line, [
        api(1_000),
        enrolment(1_000),
        sessions(0),
      ]);
      assert.match(text, /cannot see a session with the controller within 20 s: .*controller[^]*it keeps trying/);
      assert.equal(code, 1);
      await host.run('promfleet-agent', 'wait', '--timeout', '60');
      await uninstall();
    });
  });
});
