import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'vitest';
import { inStage, sweepStages } from '../../../controller/fleet/run-tool.ts';

test('what a killed check left behind is swept away, and what is in use is not', async () => {
  const { pid } = spawnSync('true');
  const left = join(tmpdir(), `promfleet-check-${pid}-x`);
  const other = join(tmpdir(), `promfleet-check-other-${process.pid}`);
  for (const path of [left, other]) {
    mkdirSync(path);
    writeFileSync(join(path, 'prometheus.yml'), '');
  }
  try {
    await inStage([{ path: 'a.yml', content: Buffer.from('a'), live: false }], (directory) => {
      sweepStages();
      assert.equal(existsSync(join(directory, 'a.yml')), true);
      return Promise.resolve();
    });
    assert.deepEqual([existsSync(left), existsSync(other)], [false, true]);
  } finally {
    rmSync(left, { recursive: true, force: true });
    rmSync(other, { recursive: true, force: true });
  }
});
