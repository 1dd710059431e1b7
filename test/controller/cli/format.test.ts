import assert from 'node:assert/strict';
import { test } from 'vitest';
import { sayAction } from '../../../controller/cli/commands/audit.ts';
import { changeLabels } from '../../../controller/cli/commands/host.ts';
import { readAddress } from '../../../controller/cli/commands/login.ts';
import { readPlace } from '../../../controller/cli/commands/logs.ts';
import { renderFindings } from '../../../controller/cli/findings.ts';
import { bytes, readDuration, shortDuration } from '../../../controller/cli/format.ts';
import { choosePaint, inColour, plainly, printable } from '../../../controller/cli/paint.ts';
import { renderTable } from '../../../controller/cli/table.ts';
import { terminalOn } from '../../../controller/cli/terminal.ts';
import { collapseLines } from '../../../controller/cli/unit-line.ts';
import { outcomeOf } from '../../../controller/http/operations.ts';

test('durations are read and shown', () => {
  assert.deepEqual(['90s', '15m', '1h30m', '7d', '5', 'h', ''].map(readDuration), [
    90_000,
    900_000,
    5_400_000,
    604_800_000,
    undefined,
    undefined,
    undefined,
  ]);
  assert.deepEqual([400, 59_999, 60_000, 7_200_000, 90_000_000].map(shortDuration), ['0s', '59s', '1m', '2h', '1d']);
  assert.deepEqual([0, 999, 1_000, 12_400_000, 118_000_000].map(bytes), [
    '0 B',
    '999 B',
    '1.0 kB',
    '12.4 MB',
    '118 MB',
  ]);
});

test('a table is never wider than the terminal, and cuts where it matters least', () => {
  const columns = [{ title: 'HOST' }, { title: 'WHY', shrinks: true }];
  const [, row] = renderTable(columns, [['database-1', 'a reason of very many words indeed']], 30, plainly);
  assert.equal(row, 'database-1  a reason of very …');
});

test('labels are set with = and taken away with -', () => {
  assert.deepEqual(changeLabels({ a: '1', b: '2' }, ['a-', 'c=x=y', 'b=']), { b: '', c: 'x=y' });
  assert.throws(() => changeLabels({}, ['role']), /cannot understand label role/);
});

test('addresses have a port, a default one, or brackets', () => {
  assert.deepEqual(readAddress('fleet.example'), { host: 'fleet.example', port: 9440 });
  assert.deepEqual(readAddress('https://10.0.0.1:99/'), { host: '10.0.0.1', port: 99 });
  assert.deepEqual(readAddress('[fd00::1]:99'), { host: 'fd00::1', port: 99 });
  assert.throws(() => readAddress('a b:c'), /as an address/);
});

test('a unit is said with its host', () => {
  assert.deepEqual(readPlace('prometheus@db-1'), { unit: 'prometheus', host: 'db-1' });
  assert.throws(() => readPlace('prometheus'), /which unit on which host/);
});

test('colours are for terminals whose owner wants them', () => {
  const isPlain = (isTerminal: boolean, env: Record<string, string>) =>
    choosePaint(isTerminal, env)('bad', 'x') === 'x';
  assert.deepEqual(
    [isPlain(true, {}), isPlain(false, {}), isPlain(true, { NO_COLOR: '1' }), isPlain(true, { TERM: 'dumb' })],
    [false, true, true, true],
  );
});

test('what programs and hosts say can’t steer the terminal; our own colours, lines and tabs stay', () => {
  assert.equal(printable('a\u001b[2J\u001b]0;title\u0007b\r\u009b1mc\u007f'), 'a␛[2J␛]0;title␇b␍\ufffd1mc␡');
  assert.equal(printable('\u001b[5mblink\u001b[38mx'), '␛[5mblink␛[38mx');
  assert.equal(printable('safe\u202egpj.exe'), 'safe\ufffdgpj.exe');
  const ours = `${inColour('bad', 'x')}\n\t${inColour('strong', 'ü ● 日本')}`;
  assert.equal(printable(ours), ours);
  let written = '';
  const terminal = terminalOn(
    { isTTY: true, write: (text: string | Uint8Array) => Boolean((written += String(text))) },
    {},
  );
  terminal.write('\u001b[3A\u001b[Jx\n');
  terminal.erase(0);
  terminal.erase(2);
  assert.equal(written, '␛[3A␛[Jx\n\u001b[2A\u001b[J');
});

test('the audit says in words what a route did', () => {
  assert.equal(sayAction('PUT /v1/fleet', 'fleet'), 'applied folder fleet');
  assert.equal(sayAction('POST /v1/operations', 'restart node_exporter on vm'), 'restarted node_exporter on vm');
  assert.equal(sayAction('POST /v1/undo', '4'), 'went back to revision 4');
  assert.equal(sayAction('POST /v1/undo', 'the one before'), 'went back to the one before');
  assert.equal(sayAction('POST /v2/other', 'x'), 'POST /v2/other x');
});

test('an operation that failed somewhere is no success in the audit', () => {
  const at = { host: 'a', unit: 'u', message: '' };
  assert.equal(outcomeOf([{ ...at, ok: true }]), 'ok');
  assert.equal(
    outcomeOf([
      { ...at, ok: true },
      { ...at, ok: false },
    ]),
    'failed: 1 of 2',
  );
});

test('a line that a program said again and again is shown once', () => {
  assert.deepEqual(collapseLines(['a', 'b', 'b', 'b', 'a']), ['a', 'b (×3)', 'a']);
});

test('a finding is broken between words, and hangs below its place', () => {
  assert.deepEqual(renderFindings([{ file: 'f/a.yml', line: 1, message: 'one two three four' }], 24, plainly), [
    'f/a.yml:1: one two',
    '    three four',
  ]);
  assert.deepEqual(renderFindings([{ message: '    │ said by it' }], 20, plainly), ['    │ said by it']);
});
