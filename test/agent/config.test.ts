import assert from 'node:assert/strict';
import { test } from 'vitest';
import { readCommand } from '../../agent/config.ts';

const PIN = 'a'.repeat(64);
const ENROL = ['enrol', '--controller', 'c.example:9442', '--ca', `sha256:${PIN}`];

test('what is typed is read', () => {
  assert.deepEqual(readCommand(['run', '--home', '/x', '--supervisor=process']), {
    kind: 'run',
    home: '/x',
    supervisor: 'process',
    logLevel: 'info',
  });
  assert.deepEqual(readCommand(['--version']), { kind: 'version' });
  assert.deepEqual(readCommand(['status', '--json', '--home=/x']), { kind: 'status', home: '/x', isJson: true });
  const enrol = readCommand([...ENROL, '--name', 'web-1', '--supervisor', 'process']);
  assert.deepEqual(enrol.kind === 'enrol' && enrol.enrolment, {
    controller: 'c.example:9442',
    session: '',
    pin: PIN,
    name: 'web-1',
    newIdentity: false,
    sameMachine: false,
  });
  assert.deepEqual(readCommand(['controllers']), { kind: 'controllers', home: undefined, words: [] });
  assert.deepEqual(readCommand(['controllers', 'set', 'a', 'b:1', '--home', '/x']), {
    kind: 'controllers',
    home: '/x',
    words: ['a', 'b:1'],
  });
  assert.equal(readCommand(['enrol', '--controller', '[::1]:9442', '--ca', `sha256:${PIN}`]).kind, 'enrol');
});

for (const [words, says] of [
  [['fly'], /no command "fly"/],
  [['run', '--tokens=x'], /"--tokens=x" is not understood/],
  [
    [...ENROL, '--token', 'pfj_x'],
    /^Fault: cannot start: a token is no option: every user of this host could read it$/,
  ],
  [['enrol', '--ca', '--controller', 'c:9442'], /--ca needs a value/],
  [['run', '--home'], /--home needs a value/],
  [['run', '--supervisor', 'runit'], /auto, systemd or process/],
  [['controllers', 'set'], /controllers set HOST/],
  [[...ENROL, '--new-identity', '--same-machine'], /exclude each other/],
  [['enrol', '--ca', `sha256:${PIN}`], /--controller must be HOST:PORT/],
  [['enrol', '--controller', 'c:9442', '--ca', 'sha256:abc'], /--ca must be sha256: and 64/],
] as const) {
  test(`${words.join(' ')} is refused`, () => assert.throws(() => readCommand(words), says));
}
