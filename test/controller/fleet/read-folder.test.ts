import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'vitest';
import { readFolder } from '../../../controller/fleet/read-folder.ts';
import { Fault } from '../../../proto/fault.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

function refusal(directory: string): string {
  try {
    readFolder(directory);
  } catch (error) {
    assert.ok(error instanceof Fault);
    return error.message;
  }
  return '';
}

test('every file of the folder, and of folders in it; what is hidden is no part of a fleet', () => {
  using directory = temporaryDirectory();
  const at = (...path: string[]): string => join(directory.path, ...path);
  for (const made of ['rules/deep', '.git', 'node_modules/x']) mkdirSync(at(made), { recursive: true });
  for (const file of ['fleet.yml', 'rules/deep/a.yml', '.git/config', '.env', 'node_modules/x/y.yml'])
    writeFileSync(at(file), file);
  symlinkSync('rules', at('linked'));
  symlinkSync('..', at('rules/up'));
  const files = readFolder(directory.path);
  assert.deepEqual(
    files.map((file) => file.path),
    ['fleet.yml', 'linked/deep/a.yml', 'rules/deep/a.yml'],
  );
  assert.equal(Buffer.from(files[1]?.content ?? []).toString(), 'rules/deep/a.yml');
});

test('a folder that is not there, is a file, leads outside or is too large is refused with the reason', () => {
  using directory = temporaryDirectory();
  const at = (path: string): string => join(directory.path, path);
  assert.equal(refusal(at('gone')), `cannot read the folder ${at('gone')}: it is not there`);
  writeFileSync(at('file'), '');
  assert.equal(refusal(at('file')), `cannot read the folder ${at('file')}: it is a file`);
  for (const name of ['outside', 'broken', 'large']) mkdirSync(at(name));
  symlinkSync('/etc/hostname', at('outside/secret'));
  assert.equal(refusal(at('outside')), 'cannot read secret: it is a link to /etc/hostname, outside the folder');
  symlinkSync('nowhere', at('broken/link'));
  assert.equal(refusal(at('broken')), 'cannot read link: it is not there');
  writeFileSync(at('large/big'), '');
  truncateSync(at('large/big'), 33 * 1024 * 1024);
  assert.match(refusal(at('large')), /with big it is larger than 32 MiB$/);
});
