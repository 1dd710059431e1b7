import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, test } from 'vitest';
import { nodeExporter } from '../../../../controller/catalogue/node-exporter.ts';
import { prometheus } from '../../../../controller/catalogue/prometheus.ts';
import { AptSource } from '../../../../controller/releases/apt/apt.ts';
import { machineArch } from '../../../support/real-releases.ts';

let directory: string;
const listsHeard: [string, number, number][] = [];
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'promfleet-apt-'));
});
afterAll(() => rm(directory, { recursive: true }));

const aptOf = (...suites: string[]) =>
  new AptSource({
    directory: join(directory, 'roots'),
    suites,
    now: Date.now,
    signal: AbortSignal.timeout(170_000),
    onProgress: (...progress) => void listsHeard.push(progress),
  });
const run = (program: string, ...args: string[]) => execFileSync(program, args, { encoding: 'utf8' });
const sha256Of = async (file: string) =>
  createHash('sha256')
    .update(await readFile(file))
    .digest('hex');

/** All of the machine that another suite or architecture could change. */
async function machineState(): Promise<unknown> {
  const trees = ['/var/lib/apt', '/var/cache/apt', '/etc/apt', '/var/lib/dpkg'];
  const files = await Promise.all(
    trees.map(async (tree) => {
      const names = await readdir(tree, { recursive: true });
      return Promise.all(names.sort().map(async (name) => [name, (await stat(join(tree, name))).mtimeMs]));
    }),
  );
  return { files, architectures: run('dpkg', '--print-foreign-architectures') };
}

test('a version of a suite becomes the upstream archive, byte for byte the same each time', async () => {
  const apt = aptOf('bookworm');
  const [offer] = await apt.versions(prometheus, machineArch);
  assert.ok(offer);
  assert.match(offer.build, /^debian \d.*-/);
  const found = await apt.locate(prometheus, offer.version, machineArch);
  const [first, second] = [join(directory, 'first.tar.gz'), join(directory, 'second.tar.gz')];
  const heard: number[] = [];
  await found.fetch(first, (_, done, total) => heard.push(done / total));
  await found.fetch(second, () => undefined);
  assert.equal(await sha256Of(first), await sha256Of(second));
  assert.equal(heard.at(-1), 1);
  const top = `prometheus-${offer.version}.linux-${machineArch}`;
  assert.deepEqual(run('tar', 'tzf', first).trim().split('\n'), [
    `${top}/`,
    `${top}/LICENSE`,
    `${top}/prometheus`,
    `${top}/promtool`,
  ]);
  run('tar', 'xzf', first, '-C', directory);
  const said = run(join(directory, top, 'promtool'), '--version');
  assert.ok(said.startsWith(`promtool, version ${offer.version}`), said);
  assert.deepEqual(
    (await readdir(directory)).filter((name) => name.endsWith('.work')),
    [],
  );
});

test('another suite and another architecture change nothing on the machine', async () => {
  const before = await machineState();
  const other = machineArch === 'arm64' ? 'amd64' : 'arm64';
  const apt = aptOf('trixie');
  const [offer] = await apt.versions(nodeExporter, other);
  assert.ok(offer);
  assert.equal(offer.origin, 'apt trixie');
  const file = join(directory, 'other.tar.gz');
  await (await apt.locate(nodeExporter, offer.version, other)).fetch(file, () => undefined);
  const top = `node_exporter-${offer.version}.linux-${other}`;
  run('tar', 'xzf', file, '-C', directory);
  const machine = (await readFile(join(directory, top, 'node_exporter'))).readUInt16LE(18);
  assert.equal(machine, other === 'arm64' ? 0xb7 : 0x3e);
  assert.deepEqual(await machineState(), before);
  assert.ok(
    listsHeard.some(([what, done, total]) => what === 'package lists of Debian trixie' && done > 0 && done === total),
  );
});

test('a version that no suite has is answered with those there are', async () => {
  const apt = aptOf('bookworm', 'trixie');
  const offers = await apt.versions(nodeExporter, machineArch);
  assert.ok(offers.length >= 2);
  await assert.rejects(apt.locate(nodeExporter, '0.0.1', machineArch), (fault: Error & { code: string }) => {
    assert.equal(fault.code, 'not_found');
    for (const { version, build, origin } of offers)
      assert.ok(fault.message.includes(`${version} (${build}, ${origin})`));
    return true;
  });
});

test('a suite that is not there is passed over and named; nothing but such is unavailable', async () => {
  const [offer] = await aptOf('bookworm').versions(nodeExporter, machineArch);
  const found = await aptOf('nosuchsuite', 'bookworm').locate(nodeExporter, offer?.version ?? '', machineArch);
  assert.equal(found.origin, 'apt bookworm');
  await assert.rejects(aptOf('nosuchsuite').locate(nodeExporter, '1.5.0', machineArch), {
    code: 'unavailable',
    message: /nosuchsuite.*E:/,
  });
});
