import assert from 'node:assert/strict';
import { chmodSync } from 'node:fs';
import { test } from 'vitest';
import { demandReadable } from '../../agent/state/state-directory.ts';
import { showStatus } from '../../agent/status.ts';
import type { HostReport } from '../../proto/report.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const report = {
  atMs: 0,
  agentVersion: '1.0.0',
  facts: { supervisor: 'systemd' },
  revision: { epoch: 1, number: 3 },
  converged: true,
  problems: [
    { code: 'no_session', message: 'this is said of the session', hint: '' },
    { code: 'disk', message: '/var is full', hint: '' },
  ],
  units: [],
} as unknown as HostReport;
const AT = Date.parse('2026-11-28T12:00:00');
const session = (address: string, problem: string) => ({ agent: undefined, address, problem, sinceMs: AT });
const controllers = ['mon:9441', '10.0.0.1:9441'];

for (const [standing, says] of [
  [{ session: session('mon:9441', '') }, 'session    connected to mon:9441 since 2026-11-28 12:00:00\n'],
  [
    { session: session('', 'nothing listens there') },
    'session    not connected since 2026-11-28 12:00:00: nothing listens there\n',
  ],
  [{ session: undefined }, 'session    none: no agent is running here, or it has just begun\n'],
] as const) {
  test(`whoever asks on the host is told: ${says.trim()}`, () => {
    const shown = showStatus(report, { host: 'h1', controllers, ...standing }, 2_000);
    assert.ok(shown.startsWith(`host       h1\ncontroller mon:9441, 10.0.0.1:9441\n${says}agent      1.0.0`), shown);
    assert.match(shown, /\nproblem {4}\/var is full\n/);
    assert.doesNotMatch(shown, /said of the session/);
  });
}

test('a host that is not enrolled has no controller', () => {
  const shown = showStatus(report, { host: undefined, controllers: [], session: undefined }, 2_000);
  assert.match(shown, /^host {7}\(not enrolled\)\nagent /);
});

test('whoever may not look is told to use sudo, and a place that is not there is not theirs to ask for', () => {
  using directory = temporaryDirectory();
  demandReadable(`${directory.path}/nothing`, 'tell the status');
  demandReadable(directory.path, 'tell the status');
  chmodSync(directory.path, 0);
  const nobody = 65_534;
  const isRoot = process.getuid?.() === 0;
  try {
    if (isRoot) process.seteuid?.(nobody);
    assert.throws(() => demandReadable(directory.path, 'tell the status'), {
      code: 'denied',
      message: /^cannot tell the status: .* is open to its owner alone/,
      hint: 'put sudo before it',
    });
  } finally {
    if (isRoot) process.seteuid?.(0);
    chmodSync(directory.path, 0o700);
  }
});
