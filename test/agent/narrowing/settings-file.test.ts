import assert from 'node:assert/strict';
import { chmodSync, chownSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { test } from 'vitest';
import { checkSettings, noteSettings, showSettings } from '../../../agent/narrowing/check-settings.ts';
import { SettingsFile } from '../../../agent/narrowing/settings-file.ts';
import { temporaryHome } from '../agent-scene.ts';

class Scene implements Disposable {
  readonly #home = temporaryHome();
  readonly layout = { etc: `${this.#home.path}/etc`, var: '/var/lib' };
  readonly directory = `${this.layout.etc}/promfleet`;
  readonly file = new SettingsFile(this.layout);

  constructor(text?: string) {
    mkdirSync(this.directory, { recursive: true });
    if (text !== undefined) this.write(text);
  }
  write(text: string, name = 'agent.yaml'): void {
    writeFileSync(`${this.directory}/${name}`, text, { mode: 0o644 });
  }
  /** The ports that are allowed, or the problem. */
  async look(): Promise<string> {
    const { settings, problem } = await this.file.look();
    return problem || `ports ${settings.allow?.ports?.join() ?? 'all'}`;
  }
  [Symbol.dispose](): void {
    this.#home[Symbol.dispose]();
  }
}

test('no file narrows nothing; one that comes, changes, breaks, is mended and goes is followed', async () => {
  using scene = new Scene();
  assert.equal(await scene.look(), 'ports all');
  assert.equal(scene.file.hasChanged, false);
  scene.write('allow: { ports: [1] }');
  assert.equal(scene.file.hasChanged, true);
  assert.equal(await scene.look(), 'ports 1');
  scene.write('allow: { prts: [1] }');
  const { path } = scene.file;
  assert.equal(
    await scene.look(),
    `cannot use ${path}: ${path}:1:10: there is no key \`prts\` here; did you mean \`ports\`?`,
  );
  assert.deepEqual(scene.file.current.settings.allow?.ports, ['1'], 'what it said before is not forgotten');
  assert.equal(await scene.look(), scene.file.current.problem);
  scene.write('allow: { ports: [2] }');
  assert.equal(await scene.look(), 'ports 2');
  rmSync(path);
  assert.equal(await scene.look(), 'ports all');
});

test('a list of digests belongs to it: it is followed, and must be there and well', async () => {
  const digest = 'cd'.repeat(32);
  using scene = new Scene();
  const list = `${scene.directory}/list`;
  scene.write(`allow: { release_digests: [${'ab'.repeat(32)}], release_digests_file: ${list} }`);
  assert.match(await scene.look(), /list, which it names, is not there/);
  scene.write(`${digest}  a.tar.gz\n`, 'list');
  assert.equal(scene.file.hasChanged, true);
  assert.equal(await scene.look(), 'ports all');
  assert.deepEqual(scene.file.current.settings.allow?.releaseDigests, ['ab'.repeat(32), digest]);
  scene.write('rubbish\n', 'list');
  assert.match(await scene.look(), /list:1:1: expected a line as `sha256sum` prints it/);
  scene.write('', 'list');
  await scene.look();
  assert.deepEqual(scene.file.current.settings.allow?.releaseDigests, ['ab'.repeat(32)]);
});

test('what others may write, or can’t be read, is not believed', async () => {
  using scene = new Scene('allow: {}');
  const { path } = scene.file;
  chmodSync(path, 0o664);
  assert.match(await scene.look(), /others than its owner may write to .*agent.yaml; chmod go-w/);
  chmodSync(path, 0o644);
  assert.equal(await scene.look(), 'ports all');
  chmodSync(scene.directory, 0o777);
  assert.match(await scene.look(), /others than its owner may write to .*promfleet;/);
  chmodSync(scene.directory, 0o755);
  if (process.getuid?.() === 0) {
    chownSync(path, 12_345, 0);
    assert.match(await scene.look(), /belongs to user id 12345; chown root/);
    chownSync(path, 0, 0);
  }
  mkdirSync(`${scene.directory}/open`);
  chmodSync(`${scene.directory}/open`, 0o777);
  renameSync(path, `${scene.directory}/open/own.yaml`);
  symlinkSync('open/own.yaml', path);
  assert.match(await scene.look(), /others than its owner may write to .*open;/);
  rmSync(`${scene.directory}/open`, { recursive: true });
  assert.match(await scene.look(), /ENOENT/);
  rmSync(path);
  mkdirSync(path);
  assert.match(await scene.look(), /cannot use .*agent.yaml: .*(is no file|EISDIR)/);
  rmSync(path, { recursive: true });
  scene.write('a'.repeat(5_000_000));
  assert.match(await scene.look(), /longer than/);
  writeFileSync(path, Buffer.from([0xff, 0xfe, 0x00]));
  assert.match(await scene.look(), /not valid for encoding utf-8/);
});

test('check-config says what it comes to, or all that is wrong', async () => {
  using scene = new Scene();
  assert.match(showSettings(await checkSettings(scene.layout)), /agent.yaml is not there: nothing is narrowed/);
  scene.write('address: db-1.example\nallow: { ports: [9100], logs: false }\n');
  assert.equal(
    showSettings(await checkSettings(scene.layout)),
    `${scene.file.path} is well

address     db-1.example
allowed     ports: 9100
            no logs for the controller
refused     what runs and is not allowed any more runs on, unchanged
`,
  );
  scene.write('adress: x\nalow: {}\n');
  await assert.rejects(checkSettings(scene.layout), ({ message }: Error) =>
    /1:1: .*`address`.*\n.*2:1: .*`allow`/.test(message),
  );
});

test('who enrols is told of a file that was here before', async () => {
  using scene = new Scene();
  assert.equal(await noteSettings(scene.layout), '');
  scene.write('address: 10.0.0.5');
  assert.equal(await noteSettings(scene.layout), '');
  scene.write('allow: { logs: false }');
  assert.equal(await noteSettings(scene.layout), `${scene.file.path} is in force here: no logs for the controller\n`);
  scene.write('allow: { lgs: false }');
  assert.match(await noteSettings(scene.layout), /lgs[^]*; until it is mended the agent changes nothing here\n$/);
});
