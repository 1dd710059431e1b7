import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, test } from 'vitest';
import { renderInstallScript } from '../../controller/downloads/install-script.ts';
import { type Download, directoryOf } from '../../controller/downloads/manifest.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const repository = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const TEMPLATE = readFileSync(repository('installers/install-agent.sh'), 'utf8');
const EXAMPLE = readFileSync(repository('installers/agent.yaml'), 'utf8');
const SHELLS = [['dash'], ['busybox', 'sh'], ['bash', '--posix']] as const;
const isHere = (program: string): boolean =>
  process.env['PROMFLEET_REQUIRE_ALL'] === '1' || spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;

const platform = process.arch === 'arm64' ? 'linux-arm64' : 'linux-x64';
const download = (name: 'runtime' | 'agent'): Download => ({
  name,
  version: '1.0.0',
  platform,
  sha256: 'a'.repeat(64),
  size: 1_000,
  files: [{ encoding: 'gzip', file: `${name}.tar.gz`, size: 100, sha256: 'b'.repeat(64) }],
});
const values = {
  version: '1.0.0',
  urls: ['https://127.0.0.1:1'],
  pin: 'sha256//AAAA=',
  ca: `sha256:${'d'.repeat(64)}`,
  enrolAddress: 'mon.example.com:9442',
};

/** The installer for a host whose root is a directory, with what is to be downloaded there already, and an agent that only notes its words. */
class Scene implements Disposable {
  readonly #directory = temporaryDirectory();
  readonly #shell: readonly [string, ...string[]];
  readonly #script: string;
  constructor(shell: readonly [string, ...string[]]) {
    this.#shell = shell;
    const filled = renderInstallScript(TEMPLATE, values, { downloads: [download('runtime'), download('agent')] });
    this.#script = filled
      .replace(/\/(opt|etc|var\/lib|usr\/local\/bin|run\/systemd)(?=\/)/g, (path) => this.at(path))
      // Nothing of this machine waits for its disks.
      .replace(/^ {2}sync$/m, '  :')
      .replaceAll('$(id -u)', '0')
      .replace(/^ {2}PATH=/m, `  PATH=${this.at('/usr/local/bin')}:`);
    for (const path of ['/etc', '/usr/local/bin', '/var/lib']) mkdirSync(this.at(path), { recursive: true });
    this.write(
      '/etc/passwd',
      'root:x:0:0:root:/root:/bin/sh\nnode_exporter:x:99:99:promfleet unit:/nonexistent:/bin/false\n',
    );
    const runtime = `/opt/promfleet/runtime/${directoryOf(download('runtime'))}`;
    const agent = `/opt/promfleet/agent/${directoryOf(download('agent'))}`;
    this.write(`${runtime}/node`, '#!/bin/sh\n', 0o755);
    this.write(`${agent}/runtime`, 'x\n');
    this.write(`${agent}/agent.yaml.example`, EXAMPLE);
    this.write(
      `${agent}/promfleet-agent`,
      `#!/bin/sh\necho "enrolled as h1"\n[ "$1" != uninstall ] || rm -rf "${this.at('/var/lib/promfleet-agent')}/units"\n`,
      0o755,
    );
  }

  at = (path: string): string => join(this.#directory.path, path);
  has = (path: string): boolean => existsSync(this.at(path));
  read = (path: string): string => readFileSync(this.at(path), 'utf8');
  list = (): string[] => readdirSync(this.#directory.path, { recursive: true }).map(String).toSorted();

  write(path: string, content: string, mode = 0o644): void {
    mkdirSync(join(this.at(path), '..'), { recursive: true });
    writeFileSync(this.at(path), content, { mode });
  }

  /** What it says has the paths of a real host. */
  run(words: readonly string[], token = ''): { status: number | null; text: string } {
    const [program, ...first] = this.#shell;
    const { status, stdout, stderr } = spawnSync(program, [...first, '-s', '--', ...words], {
      input: this.#script,
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], PROMFLEET_TOKEN: token },
    });
    return { status, text: (stdout + stderr).replaceAll(this.#directory.path, '') };
  }

  [Symbol.dispose](): void {
    this.#directory[Symbol.dispose]();
  }
}

describe.each(SHELLS.filter(([program]) => isHere(program)).map((shell) => ({ shell })))('by $shell', ({ shell }) => {
  test('it explains itself, by the name that it is served under', () => {
    using scene = new Scene(shell);
    const { status, text } = scene.run(['--help']);
    assert.equal(status, 0);
    assert.doesNotMatch(text, /install-agent/);
    for (const said of ['--keep-identity', 'PROMFLEET_TOKEN', '/var/lib/promfleet-agent', 'touches no firewall']) {
      assert.ok(text.includes(said), said);
    }
  });

  test('a dry run needs neither a token nor systemd, says so, and does nothing', () => {
    using scene = new Scene(shell);
    const before = scene.list();
    const { status, text } = scene.run(['--dry-run']);
    assert.equal(status, 0, text);
    assert.match(text, /it would be refused as things are: cannot install: systemd is not what runs this host/);
    assert.match(text, /would put down \/etc\/promfleet\/agent\.yaml\.example/);
    assert.match(
      text,
      /would enrol with the controller at mon\.example\.com:9442 \(that takes a join token, and none was given\)\n/,
    );
    assert.match(text, /nothing was done/);
    assert.deepEqual(scene.list(), before);
    assert.match(scene.run(['--no-service']).text, /cannot install: no join token was given/);
  });

  test('an example of agent.yaml comes and goes with the agent, which it changes nothing of', () => {
    using scene = new Scene(shell);
    const { status, text } = scene.run(['--no-service'], 'pfj_x');
    assert.equal(status, 0, text);
    assert.equal(scene.read('/etc/promfleet/agent.yaml.example'), EXAMPLE);
    assert.equal(statSync(scene.at('/etc/promfleet/agent.yaml.example')).mode & 0o777, 0o644);
    assert.ok(!scene.has('/etc/promfleet/agent.yaml'));
    // That of the version before is replaced, and what somebody wrote is not.
    scene.write('/opt/promfleet/agent/0.9.0/agent.yaml.example', 'old\n');
    scene.write('/etc/promfleet/agent.yaml.example', 'old\n');
    scene.run(['--no-service'], 'pfj_x');
    assert.equal(scene.read('/etc/promfleet/agent.yaml.example'), EXAMPLE);
    scene.write('/etc/promfleet/agent.yaml.example', 'mine\n');
    scene.run(['--no-service'], 'pfj_x');
    assert.equal(scene.run(['--uninstall']).status, 0);
    assert.equal(scene.read('/etc/promfleet/agent.yaml.example'), 'mine\n');
  });

  test('a token that is worth nothing any more is not to be tried again', () => {
    using scene = new Scene(shell);
    const agent = `/opt/promfleet/agent/${directoryOf(download('agent'))}/promfleet-agent`;
    scene.write(agent, '#!/bin/sh\n[ "$1" = --version ] && exit\necho "join token pfj_x… has expired" >&2; exit 1\n');
    const { status, text } = scene.run(['--no-service'], 'pfj_x');
    assert.equal(status, 1);
    assert.match(text, /take a new line from "promfleet token create", and run that; what was done is kept/);
    assert.doesNotMatch(text, /the same line/);
  });

  test('a dry run of removing names the units, their data and users, and all that goes; then it goes', () => {
    using scene = new Scene(shell);
    scene.run(['--no-service'], 'pfj_x');
    scene.write('/var/lib/promfleet-agent/units/node_exporter.json', '{}');
    scene.write('/etc/promfleet/agent.yaml', 'allow: { logs: false }\n');
    // A controller on the same machine.
    scene.write('/opt/promfleet/controller/1.0.0/promfleet', '');
    symlinkSync('1.0.0', scene.at('/opt/promfleet/controller/current'));
    const before = scene.list();
    const dry = scene.run(['--uninstall', '--dry-run']);
    assert.equal(dry.status, 0, dry.text);
    for (const said of [
      "would stop node_exporter; remove its service, what is promfleet's in /etc/node_exporter, and its data in /var/lib/node_exporter\n",
      'would remove the users that were made for units: node_exporter\n',
      'would remove /opt/promfleet/runtime\n',
      'would remove /usr/local/bin/promfleet-agent\n',
      'would remove /etc/promfleet/agent.yaml.example\n',
      'would remove /var/lib/promfleet-agent\n',
      '/etc/promfleet/agent.yaml is left: it is yours',
    ]) {
      assert.ok(dry.text.includes(said), `${said} in ${dry.text}`);
    }
    assert.deepEqual(scene.list(), before);
    const kept = scene.run(['--uninstall', '--dry-run', '--keep-data', '--keep-identity']).text;
    assert.match(kept, /\(\/var\/lib\/node_exporter is kept\)/);
    assert.doesNotMatch(kept, /would remove (the users|\/var)/);
    const gone = scene.run(['--uninstall']);
    assert.equal(gone.status, 0, gone.text);
    assert.deepEqual(readdirSync(scene.at('/opt/promfleet')), ['controller']);
    assert.deepEqual(readdirSync(scene.at('/etc/promfleet')), ['agent.yaml']);
    assert.ok(scene.has('/opt/promfleet/controller/current/promfleet') && !scene.has('/var/lib/promfleet-agent'));
    const again = scene.run(['--uninstall']);
    assert.equal(again.status, 0);
    assert.match(
      again.text,
      /^promfleet: nothing is to be removed: there is no agent on .*\n {2}\/etc\/promfleet\/agent\.yaml is left/,
    );
    assert.doesNotMatch(again.text, /remove \//);
  });
});
