import assert from 'node:assert/strict';
import { test } from 'vitest';
import type { HostReport } from '../../../proto/report.ts';
import { eventually } from '../../support/eventually.ts';
import { serveTestRpc, type TestRpc } from '../../support/serve-test-rpc.ts';

/** What a host that trusts us as it should says. */
const trusting = ({ state }: TestRpc): Partial<HostReport> => ({ trustDigest: state.authority.trustDigest() });
const online = (rpc: TestRpc, ...hosts: string[]) =>
  eventually(() => assert.deepEqual([...rpc.sessions.online()].sort(), hosts));

test('an operation is answered by its own result, fails in time, and fails with the session', async () => {
  await using rpc = await serveTestRpc();
  const session = await (await rpc.enrol('db-1')).connect(trusting(rpc));
  await online(rpc, 'db-1');
  const [first, second] = [
    rpc.sessions.operate('db-1', 'restart', 'a', 5_000),
    rpc.sessions.operate('db-1', 'reload', 'b', 5_000),
  ];
  await eventually(() => assert.equal(session.of('operation').length, 2));
  const ids = session.of('operation').map((says) => says.operation.id);
  session.say({ kind: 'result', result: { id: 'nobody asked', ok: true, message: '' } });
  for (const [at, message] of [
    [1, 'for b'],
    [0, 'for a'],
  ] as const) {
    session.say({ kind: 'result', result: { id: ids[at] ?? '', ok: true, message } });
  }
  assert.equal((await first).message, 'for a');
  assert.equal((await second).message, 'for b');

  await assert.rejects(rpc.sessions.operate('db-1', 'restart', 'a', 20), {
    code: 'unavailable',
    message: 'cannot restart a@db-1: no answer in 0.02 s',
  });
  const cut = rpc.sessions.operate('db-1', 'restart', 'a', 5_000);
  session.cancel();
  await assert.rejects(cut, { code: 'unavailable', message: 'cannot restart a@db-1: db-1 has disconnected' });
  await online(rpc);
  await assert.rejects(rpc.sessions.operate('db-1', 'restart', 'a', 5_000), {
    code: 'unavailable',
    message: 'cannot restart a@db-1: db-1 is not connected',
    hint: /promfleet hosts/,
  });
});

test('an answer comes back as the host gave it', async () => {
  await using rpc = await serveTestRpc();
  const session = await (await rpc.enrol('db-1')).connect(trusting(rpc));
  await online(rpc, 'db-1');
  const asked = rpc.sessions.ask(
    'db-1',
    { unit: 'prometheus', port: 9090, path: '/api/v1/targets?state=active' },
    5_000,
  );
  const [says] = await eventually(() => {
    assert.equal(session.of('ask').length, 1);
    return session.of('ask');
  });
  assert.equal(says?.ask.path, '/api/v1/targets?state=active');
  const answer = {
    id: says?.ask.id ?? '',
    status: 200,
    contentType: 'application/json',
    body: Buffer.from('{}'),
    error: '',
  };
  session.say({ kind: 'answer', answer });
  assert.deepEqual(await asked, answer);
});

test('a log is followed until it ends, is stopped, or can not be read', async () => {
  await using rpc = await serveTestRpc();
  const session = await (await rpc.enrol('db-1')).connect(trusting(rpc));
  await online(rpc, 'db-1');
  const lines: string[] = [];
  const tail = () =>
    rpc.sessions.tailLog('db-1', { unit: 'prometheus', lines: 10, follow: true }, (more) => lines.push(...more));
  const said = (at: number) =>
    eventually(() => {
      const says = session.of('logTail')[at];
      assert.ok(says);
      return says.tail;
    });
  const line = (id: string, text: string[], end = false, error = '') =>
    session.say({ kind: 'logLines', logLines: { id, lines: text, end, error } });

  const ended = tail();
  const first = await said(0);
  assert.deepEqual({ ...first, id: '' }, { id: '', unit: 'prometheus', lines: 10, follow: true });
  line(first.id, ['a', 'b']);
  line(first.id, ['c'], true);
  await ended.done;
  assert.deepEqual(lines, ['a', 'b', 'c']);

  const stopped = tail();
  const second = await said(1);
  line(second.id, ['d']);
  await eventually(() => assert.equal(lines.at(-1), 'd'));
  stopped.stop();
  await stopped.done;
  line(second.id, ['too late']);
  await eventually(() => assert.deepEqual(session.of('logTailEnd'), [{ kind: 'logTailEnd', id: second.id }]));

  const refused = tail();
  line((await said(2)).id, [], true, 'there is no such unit');
  await assert.rejects(refused.done, { code: 'unavailable', message: /prometheus@db-1: there is no such unit/ });
  const cut = tail();
  await said(3);
  session.cancel();
  await assert.rejects(cut.done, { message: /db-1 has disconnected/ });
  assert.equal(lines.at(-1), 'd');
});

test('what answers another kind of question is nobody’s, and the session goes on', async () => {
  await using rpc = await serveTestRpc();
  const session = await (await rpc.enrol('db-1')).connect(trusting(rpc));
  await online(rpc, 'db-1');
  const asked = rpc.sessions.ask('db-1', { unit: 'prometheus', port: 9090, path: '/' }, 5_000);
  const tail = rpc.sessions.tailLog('db-1', { unit: 'prometheus', lines: 1, follow: false }, () => {});
  await eventually(() => assert.equal(session.of('logTail').length, 1));
  const [ask, log] = [session.of('ask')[0]?.ask.id ?? '', session.of('logTail')[0]?.tail.id ?? ''];
  session.say({ kind: 'result', result: { id: ask, ok: true, message: '' } });
  session.say({ kind: 'result', result: { id: log, ok: true, message: '' } });
  const answer = { id: ask, status: 200, contentType: '', body: Buffer.from('right'), error: '' };
  session.say({ kind: 'answer', answer });
  session.say({ kind: 'logLines', logLines: { id: log, lines: [], end: true, error: '' } });
  assert.equal(Buffer.from((await asked).body).toString(), 'right');
  await tail.done;
});
