import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, test } from 'vitest';

const SCRIPT = fileURLToPath(new URL('../../installers/install-controller.sh', import.meta.url));

/** Each with the package that has it, for whoever must not skip. */
const READERS = [
  ['shellcheck', '--shell=sh'],
  ['dash', '-n'],
  ['busybox', 'sh', '-n'],
] as const;
const isHere = (program: string): boolean =>
  (process.env['PATH'] ?? '').split(':').some((directory) => existsSync(`${directory}/${program}`));

describe.each(READERS.map(([program, ...words]) => ({ program, words })))(
  'install-controller.sh',
  ({ program, words }) => {
    test.skipIf(!isHere(program) && process.env['PROMFLEET_REQUIRE_ALL'] !== '1')(
      `is read by ${program} with no complaint`,
      () => {
        execFileSync(program, [...words, SCRIPT], { stdio: ['ignore', 'inherit', 'inherit'] });
      },
    );
  },
);

const run = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync('sh', [SCRIPT, ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
};

test('what is typed wrongly is refused before anything is looked at', () => {
  for (const [args, why] of [
    [['--nam', 'x'], /--nam is not understood/],
    [['--name'], /--name needs a value/],
    [['--name', 'a b'], /--name a b is no name and no address/],
    [['--name', 'a"\ndirectory: /x'], /is no name and no address/],
    [['--api-port', '70000'], /--api-port 70000 is no port/],
    [['--api-port=x'], /--api-port x is no port/],
    [['--purge'], /--purge goes with --uninstall only/],
  ] as const) {
    const { status, stdout, stderr } = run(...args);
    assert.equal(status, 1);
    assert.equal(stdout, '');
    assert.match(stderr, why);
  }
});

test('it says what it writes and what it will not touch', () => {
  const { status, stdout } = run('--help');
  assert.equal(status, 0);
  for (const place of ['/opt/promfleet/controller', '/etc/promfleet/controller.yaml', '/var/backups/promfleet']) {
    assert.ok(stdout.includes(place), place);
  }
  assert.match(stdout, /does not touch firewalls/);
});

test.skipIf(existsSync('/run/systemd/system') || process.getuid?.() !== 0)(
  'a machine without systemd is refused',
  () => {
    const { status, stderr } = run('--dry-run');
    assert.equal(status, 1);
    assert.match(stderr, /systemd does not run this machine/);
  },
);
