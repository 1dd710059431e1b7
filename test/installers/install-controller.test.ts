import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, test } from 'vitest';
import { temporaryDirectory } from '../support/temporary-directory.ts';

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

/** The installer of a tree in which dist/ and all else is only pretended, for a machine whose root is a directory. */
class Scene implements Disposable {
  readonly #directory = temporaryDirectory();
  constructor() {
    const at = (path: string): string => join(this.#directory.path, path);
    const program = (path: string, body: string) => {
      mkdirSync(join(at(path), '..'), { recursive: true });
      writeFileSync(at(path), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
    };
    const arch = process.arch === 'arm64' ? 'arm64' : 'x64';
    program('/tree/dist/promfleet.mjs', '');
    program(`/tree/node_modules/node-linux-${arch}/bin/node`, '');
    program(`/tree/node_modules/better-sqlite3/prebuilds/linux-${arch}.node`, '');
    program('/tree/node_modules/better-sqlite3/lib/index.js', '');
    program(
      '/tree/installers/promfleet',
      [
        `echo "directory: ${at('/var/lib/promfleet')}"`,
        `echo "socket: ${at('/run/promfleet/control.sock')}"`,
        'echo "apiPort: 9"',
        'echo "sessionPort: 10"',
      ].join('\n'),
    );
    writeFileSync(at('/tree/package.json'), '{\n  "version": "1.2.3"\n}\n');
    cpSync(fileURLToPath(new URL('../../installers/systemd', import.meta.url)), at('/tree/installers/systemd'), {
      recursive: true,
    });
    const script = readFileSync(SCRIPT, 'utf8')
      .replace(/\/(opt|etc|var\/lib|var\/backups|usr\/local\/bin|run)(?=\/(promfleet|systemd))/g, at)
      .replace('BIN=/usr', `BIN=${at('/usr')}`)
      .replaceAll('getent passwd promfleet', ':')
      .replaceAll('$(id -u)', '0');
    writeFileSync(at('/tree/installers/install-controller.sh'), script);
  }

  run(...words: string[]): { status: number | null; text: string } {
    const script = join(this.#directory.path, '/tree/installers/install-controller.sh');
    const { status, stdout, stderr } = spawnSync('sh', [script, ...words], { encoding: 'utf8' });
    return { status, text: (stdout + stderr).replaceAll(this.#directory.path, '') };
  }

  [Symbol.dispose](): void {
    this.#directory[Symbol.dispose]();
  }
}

test('a machine without systemd is refused; a dry run says so, and goes on to all that it would write', () => {
  using scene = new Scene();
  const refused = scene.run();
  assert.equal(refused.status, 1);
  assert.match(refused.text, /systemd does not run this machine/);
  const { status, text } = scene.run('--dry-run', '--name', 'mon.example', '--api-port', '9');
  assert.equal(status, 0, text);
  for (const said of [
    'It would be refused as things are: systemd does not run this machine',
    'would write /etc/promfleet/controller.yaml\n',
    '\n    names: ["mon.example"]\n',
    '\n    api_port: 9\n',
    'It would listen on the ports 9 (api), 10 (session).\n',
  ]) {
    assert.ok(text.includes(said), `${said} in ${text}`);
  }
});

test('where there is no controller nothing is said to be removed', () => {
  using scene = new Scene();
  for (const words of [[], ['--purge']]) {
    const { status, text } = scene.run('--uninstall', '--dry-run', ...words);
    assert.equal(status, 0, text);
    assert.match(text, /Nothing is to be removed: there is no controller on this machine\.\n$/);
    assert.doesNotMatch(text, /would remove/);
  }
});
