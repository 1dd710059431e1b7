import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterAll, test } from 'vitest';
import { readConfig } from '../../controller/config.ts';
import { readConfigFile } from '../../controller/config-file.ts';
import type { Fault } from '../../proto/fault.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const scratch = temporaryDirectory();
afterAll(() => scratch[Symbol.dispose]());
const file = join(scratch.path, 'controller.yaml');
const read = (text: string) => {
  writeFileSync(file, text);
  return readConfigFile(file);
};
const findings = (text: string): string[] => {
  try {
    read(text);
  } catch (error) {
    return (error as Fault).findings.map((one) => `${one.line}:${one.column} ${one.message}; ${one.hint ?? ''}`);
  }
  return [];
};

test('a flag is more than the file, the file more than what is usual', () => {
  const written = read(
    'names: [mon.example.com, 10.0.0.5, "fd00::1"]\napi_port: 8440\nsocket: /run/promfleet/control.sock\n',
  );
  const config = readConfig({ apiPort: '7440', logLevel: 'warn' }, written);
  assert.deepEqual(config.names, ['mon.example.com', '10.0.0.5', 'fd00::1']);
  assert.equal(config.apiPort, 7440);
  assert.equal(config.sessionPort, 9441);
  assert.equal(config.socket, '/run/promfleet/control.sock');
  assert.equal(config.logLevel, 'warn');
  assert.equal(config.pagePort, undefined);
  assert.equal(readConfig({}, read('page_port: 9443')).pagePort, 9443);
  const usual = readConfig({ dir: '/x' });
  assert.deepEqual([usual.directory, usual.socket, usual.listen], ['/x', '/x/control.sock', '0.0.0.0']);
  assert.deepEqual(usual.names, [hostname()]);
  assert.deepEqual(read('# nothing but words\n'), {});
});

test('everything that is wrong in the file is said, at its line', () => {
  const said = findings(
    'names: mon.example.com\nap_port: 9440\nsession_port: 70000\nlog_level: loud\ndirectory: here\n',
  );
  assert.deepEqual(said.map((one) => one.replace(/ .*/s, '')).toSorted(), ['1:8', '2:1', '3:15', '4:12', '5:12']);
  assert.match(said.join('\n'), /2:1 .* has no key `ap_port`; .*api_port/);
  assert.match(said.join('\n'), /3:15 `session_port` must be a port: a number from 1 to 65535, not `70000`/);
  assert.match(findings('names: ["mon example"]')[0] ?? '', /1:9 `names\[0\]` must be a name or an IP address/);
  assert.match(findings('names: []')[0] ?? '', /at least one/);
  assert.match(findings('names: [a]\n---\nnames: [b]')[0] ?? '', /3:1 there is one document in this file/);
  assert.match(findings('names: [a\nlisten: b: c')[0] ?? '', /cannot read YAML/);
  assert.throws(() => readConfigFile(join(scratch.path, 'none.yaml')), /cannot read .*none\.yaml/);
});

test('a flag that makes no sense is named', () => {
  assert.throws(() => readConfig({ apiPort: '94x' }), /cannot use --api-port 94x/);
});

test('flags that no controller could start with are refused before it starts', () => {
  assert.throws(() => readConfig({ listen: 'foo' }), /cannot use --listen "foo": an IP address of this machine/);
  assert.throws(
    () => readConfig({ name: ['mon example'] }),
    /cannot use --name "mon example": a name or an IP address/,
  );
  assert.throws(() => readConfig({ logLevel: 'loud' }), /cannot use --log-level "loud": debug, info/);
  assert.throws(() => readConfig({ sessionPort: '9440' }), /cannot use port 9440 twice: --api-port and --session-port/);
  const free = { apiPort: '0', sessionPort: '0', enrolmentPort: '0', listen: '::1', name: ['my_host', 'fd00::1'] };
  assert.equal(readConfig(free).sessionPort, 0);
});
