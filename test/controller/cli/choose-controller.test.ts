import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'vitest';
import { chooseController } from '../../../controller/cli/choose-controller.ts';
import { contextsPath, writeContexts } from '../../../controller/cli/contexts.ts';
import type { Fault } from '../../../proto/fault.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const context = { host: 'prod.example', port: 9440, ca: 'pem', credential: 'pfo_x' };

test('what was typed comes first, then what was logged in to, then what runs on this machine', () => {
  using directory = temporaryDirectory();
  const socket = join(directory.path, 'control.sock');
  writeFileSync(socket, '');
  const choose = (env: Record<string, string>, options: { context?: string; socket?: string } = {}) => {
    const endpoint = chooseController({ env: { HOME: directory.path, ...env }, user: 'ada' }, options, [socket]);
    return endpoint.kind === 'socket' ? endpoint.path : endpoint.host;
  };
  assert.equal(choose({}), socket);
  writeContexts(contextsPath({ HOME: directory.path }), { current: 'prod', contexts: { prod: context } });
  assert.equal(choose({}), 'prod.example');
  assert.equal(choose({ PROMFLEET_SOCKET: '/other.sock' }), '/other.sock');
  assert.equal(choose({ PROMFLEET_SOCKET: '/other.sock' }, { context: 'prod' }), 'prod.example');
  assert.equal(choose({}, { socket: '/typed.sock', context: 'prod' }), '/typed.sock');
});

test('where there is none, it says where it looked and what to do', () => {
  using directory = temporaryDirectory();
  assert.throws(
    () => chooseController({ env: { HOME: directory.path }, user: 'ada' }, {}, ['/nowhere/control.sock']),
    (fault: Fault) =>
      fault.findings.some(({ message }) => message === 'no socket at /nowhere/control.sock') &&
      /--socket or PROMFLEET_SOCKET.*promfleet up.*promfleet login/.test(fault.hint ?? ''),
  );
});
