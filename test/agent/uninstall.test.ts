import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { test } from 'vitest';
import { layoutOf } from '../../agent/install/layout.ts';
import { uninstall } from '../../agent/uninstall.ts';
import { quiet, temporaryHome } from './agent-scene.ts';

const options = { keepData: false, keepIdentity: false, now: Date.now, log: quiet };

test('a home where no agent ever lived is refused, and nothing there is touched', async () => {
  using home = temporaryHome();
  for (const supervisor of ['process', 'systemd'] as const) {
    const missing = `${home.path}/missing`;
    await assert.rejects(uninstall({ ...options, supervisor, layout: layoutOf(missing) }), {
      code: 'not_found',
      message: `cannot uninstall: there is no agent in ${missing}`,
    });
    assert.equal(existsSync(missing), false);
    // Someone's own directory that happens to have that name.
    mkdirSync(`${home.path}/agent`, { recursive: true });
    writeFileSync(`${home.path}/agent/main.ts`, '');
    await assert.rejects(uninstall({ ...options, supervisor, layout: layoutOf(home.path) }), { code: 'not_found' });
    assert.deepEqual(readdirSync(`${home.path}/agent`), ['main.ts']);
  }
});
