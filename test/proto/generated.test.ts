import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'vitest';

const PROTO = fileURLToPath(new URL('../../proto/', import.meta.url));
const contents = (folder: string) =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(ts|json)$/.test(name))
      .map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
  );

test('proto/gen is what the .proto files generate', () => {
  const fresh = mkdtempSync(join(tmpdir(), 'promfleet-gen-'));
  try {
    execFileSync(process.execPath, [join(PROTO, 'generate.mjs'), fresh]);
    assert.deepEqual(contents(join(PROTO, 'gen')), contents(fresh));
  } finally {
    rmSync(fresh, { recursive: true });
  }
});
