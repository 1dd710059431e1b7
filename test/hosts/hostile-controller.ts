import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TarEntry } from 'modern-tar';
import { type HostSpec, STRICT, type UnitSpec } from '../../proto/spec.ts';
import { entry, packRelease } from '../support/fake-release.ts';
import { someUnit } from '../support/unit-specs.ts';

/** Tries whatever a program might, and says what it could. */
const EVIL = `#!/bin/sh
could() { what=$1; shift; if "$@" >/dev/null 2>&1; then echo "COULD $what"; else echo "could not $what"; fi; }
could 'write to /tmp of the host' sh -c 'touch /tmp/evil-mark && ls /tmp | grep -q systemd-private'
could 'see its neighbours' sh -c 'ls -d /proc/[0-9]* | grep -qx /proc/1'
could 'write to /etc' touch /etc/evil-mark
could 'write to /usr' touch /usr/evil-mark
could 'write to the home of root' touch /root/evil-mark
could 'write to its own config' sh -c 'echo x > /etc/evil/mark'
could 'write to its own program' sh -c 'echo x > "$0"' "$0"
could 'write to another unit' touch /var/lib/other/mark
could 'read shadow' cat /etc/shadow
could 'read the identity of the host' cat /var/lib/promfleet-agent/identity.json
could 'read what another unit is told' cat /etc/other/secret.yml
could 'become root' setpriv --reuid=0 --clear-groups true
could 'mount' mount -t tmpfs none /tmp
could 'make a device' mknod /var/lib/evil/disk b 8 0
could 'make a set-user-id program' sh -c 'cp /bin/true /var/lib/evil/su && chmod 4755 /var/lib/evil/su'
could 'make a namespace' unshare --user true
could 'end the agent' sh -c 'kill -9 $(pidof node)'
could 'speak to systemd as root' systemctl stop cron.service
could 'set the clock' date -s 2001-01-01
could 'change the host name' hostname evil
case "$*" in *--spy*) (exec setsid sh -c 'sleep 60; touch /tmp/evil-left') & echo done; exit 3 ;; *--version*) exit 0 ;; esac
could 'write where it may' touch /var/lib/evil/mark
echo done
exec sleep 100000
`;

export interface Wares {
  /** The bytes of every release by the digest that it is asked for by. */
  readonly archives: string;
  readonly evil: UnitSpec;
  /** Does its worst when its flags are looked at, before it runs. */
  readonly spy: UnitSpec;
  readonly other: UnitSpec;
  /** What can't be installed, and what is said of it. */
  readonly broken: readonly (readonly [UnitSpec, RegExp])[];
}

const QUIET = {
  argv: [],
  files: [],
  checks: [],
  reload: undefined,
  ready: [],
  ports: [],
  stop: { signal: 'SIGTERM', graceSeconds: 5, kill: true },
} satisfies Partial<UnitSpec>;

export const unitOf = (name: string, change: Partial<UnitSpec> = {}): UnitSpec =>
  someUnit({ name, user: name, component: 'prometheus', ...QUIET, ...change });

const link = (name: string, linkname: string, type: 'symlink' | 'link'): TarEntry => ({
  header: { name, linkname, type, size: 0 },
});

/** Releases of one who has a controller and means ill. */
export async function hostileWares(archives: string): Promise<Wares> {
  const keep = async (version: string, entries: TarEntry[]) => {
    const made = await packRelease(version, [entry('evil/prometheus', Buffer.from(EVIL), 0o6755), ...entries]);
    writeFileSync(join(archives, made.release.sha256), made.archive);
    return made.release;
  };
  const release = await keep('1.0.0', []);
  const forged = { ...release, version: '6.6.6', sha256: 'f'.repeat(64) };
  writeFileSync(join(archives, forged.sha256), Buffer.alloc(release.size, 'x'));
  const bad = async (name: string, entries: TarEntry[], says: RegExp) =>
    [unitOf(name, { release: await keep(`1.0.0-${name}`, entries) }), says] as const;
  const mark = Buffer.from('evil');
  return {
    archives,
    evil: unitOf('evil', { release, program: 'prometheus', sandbox: STRICT }),
    spy: unitOf('spy', { release, program: 'prometheus', argv: ['--spy'], sandbox: STRICT }),
    other: unitOf('other', {
      release,
      program: 'prometheus',
      files: [{ path: 'secret.yml', content: Buffer.from('secret'), live: false }],
      sandbox: STRICT,
    }),
    broken: [
      [unitOf('forged', { release: forged }), /its archive has sha256 .*, and f{64} was wanted/],
      await bad('upwards', [entry('../../../../etc/cron.d/evil', mark, 0o644)], /outside/),
      await bad('absolute', [entry('/etc/cron.d/evil', mark, 0o644)], /outside/),
      await bad('symlink', [link('evil/out', '/etc', 'symlink'), entry('evil/out/evil', mark, 0o644)], /outside/),
      await bad('hardlink', [link('evil/shadow', '/etc/shadow', 'link')], /is a link/),
      await bad(
        'chain',
        [link('evil/d/s', '..', 'symlink'), link('evil/x', 'd/s/../../../../../etc/evil', 'symlink')],
        /outside/,
      ),
      await bad('device', [{ header: { name: 'evil/disk', type: 'block-device', size: 0 } }], /is a block-device/),
    ],
  };
}

const file = (path: string) => [{ path, content: Buffer.from('* * * * * root id\n'), live: false }];
const probe = (port: number) => [{ name: 'x', port, path: '/', status: 200, metric: '', above: 0 }];
const port = (number: number) => [{ number, protocol: 'tcp', use: 'http' }];

/** Units that no agent may run, each with what it must say of them; the host has what some of them reach for. */
export function nastyUnits(release: UnitSpec['release']): readonly (readonly [UnitSpec, RegExp])[] {
  const nasty = (name: string, change: Partial<UnitSpec>, says: RegExp) =>
    [unitOf(name, { release, program: 'prometheus', ...change }), says] as const;
  return [
    nasty('as-root', { user: 'root' }, /would run as root/),
    nasty('as-zero', { user: '0' }, /no user name/),
    nasty('as-person', { user: 'alice' }, /someone can log in/),
    nasty('as-toor', { user: 'toor' }, /user or group id is root's/),
    nasty('as-daemon', { user: 'daemon' }, /belongs to the system/),
    nasty('as-database', { user: 'database' }, /promfleet did not make it/),
    nasty('../../etc/cron.d/x', {}, /a unit name is/),
    nasty('ssh', {}, /name ssh is reserved/),
    nasty('systemd-journald', {}, /reserved/),
    nasty('nightly', {}, /nightly\.service is there, and promfleet did not write it/),
    nasty('alias', {}, /is there, and promfleet did not write it/),
    nasty('planted', {}, /\/etc\/planted: it is a link/),
    nasty('configured', {}, /\/etc\/configured: it is there already/),
    nasty('trusted', {}, /\/var\/lib\/trusted is there already/),
    nasty('file-up', { files: file('../cron.d/evil') }, /outside its own directory/),
    nasty('file-absolute', { files: file('/etc/cron.d/evil') }, /outside its own directory/),
    nasty('file-inside-up', { files: file('a/../../cron.d/evil') }, /outside its own directory/),
    nasty('file-own', { files: file('.sets') }, /reserved/),
    nasty('preload', { env: { LD_PRELOAD: '/var/lib/preload/x.so' } }, /LD_PRELOAD could make it run something else/),
    nasty('marked', { env: { PROMFLEET_LAUNCH: 'x' } }, /reserved/),
    nasty('line', { env: { 'A\nExecStartPre': '/bin/sh' } }, /no name of an environment variable/),
    nasty('program-outside', { program: '/bin/sh' }, /outside its release/),
    nasty('program-up', { program: '../../../../bin/sh' }, /outside its release/),
    nasty('check-outside', { checks: [{ argv: ['/bin/sh', '-c', 'touch /etc/evil'] }] }, /outside its release/),
    nasty('port-none', { ports: port(70_000) }, /is no port/),
    nasty('port-asked', { ready: probe(22) }, /port 22, which is not among its own/),
    nasty('killed', { stop: { signal: 'SIGKILL', graceSeconds: 1, kill: true } }, /no signal that stops/),
    nasty('undying', { stop: { signal: 'SIGTERM', graceSeconds: 4e9, kill: false } }, /4000000000 s to stop/),
    nasty('capable', { sandbox: { ...STRICT, capabilities: ['CAP_SYS_ADMIN'] } }, /CAP_SYS_ADMIN/),
    nasty('bound', { sandbox: { ...STRICT, binds: [{ from: 'prometheus', to: '/usr/bin/sudo' }] } }, /can be bound/),
    nasty('versioned', { release: { ...release, version: '../../../etc' } }, /part of a release's name/),
    nasty('many-words', { argv: Array.from({ length: 2_000 }, () => 'x') }, /more than 1000/),
    nasty('many-files', { files: Array.from({ length: 30_000 }, (_, n) => file(`f${n}`)).flat() }, /more than 20000/),
  ];
}

export const crowd = (count: number): HostSpec['units'] =>
  Array.from({ length: count }, (_, n) => unitOf(`crowd-${n}`));
