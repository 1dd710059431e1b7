import assert from 'node:assert/strict';
import { afterAll, beforeAll, test } from 'vitest';
import { type Client, openEndpoint } from '../../../controller/cli/client.ts';
import type { Applied, Plan, RevisionDetail, RevisionView } from '../../../controller/http/fleet.ts';
import type { OperationOutcome } from '../../../controller/http/operations.ts';
import type { ResourceView } from '../../../controller/http/resources.ts';
import { routes } from '../../../controller/http/routes.ts';
import type { CreatedToken, TokenView } from '../../../controller/http/tokens.ts';
import type { HostView, StatusView } from '../../../controller/http/views.ts';
import { specDigest } from '../../../proto/digest.ts';
import type { Fault } from '../../../proto/fault.ts';
import type { ControllerSays } from '../../../proto/message.ts';
import { eventually } from '../../support/eventually.ts';
import { unitReport } from '../../support/samples.ts';
import { serveTestApi, type TestApi } from '../../support/serve-test-api.ts';

let api: TestApi;
let client: Client;
beforeAll(async () => {
  api = await serveTestApi();
  client = openEndpoint({ kind: 'socket', path: api.socket, user: 'ada' });
  api.enrol('db-1');
  api.enrol('db-2');
});
afterAll(() => api[Symbol.asyncDispose]());

const FLEET = `kind: Fleet
name: example
artifacts: { sources: [github] }
---
kind: Exporter
name: node
component: node_exporter
version: "1.9.0"
hosts: [db-1]
`;
const body = (text: string) => ({
  folder: 'fleet',
  files: [{ path: 'fleet.yaml', content: Buffer.from(text).toString('base64') }],
});
const responseOf = (on: string) => routes.find((route) => route.on === on)?.response;

/** Every answer is what the API's own description says. */
async function get<T>(path: string, on: string): Promise<T> {
  const answer = await client.get<T>(path);
  responseOf(on)?.parse(answer);
  return answer;
}

test('a folder is planned, applied and shown; a second apply on the old base is refused', async () => {
  const plan = await client.send<Plan>('POST', '/v1/plan', body(FLEET));
  responseOf('POST /v1/plan')?.parse(plan);
  assert.deepEqual(
    plan.units.map(({ host, unit, action }) => `${action} ${unit}@${host}`),
    ['install node_exporter@db-1'],
  );
  const applied = await client.send<Applied>('PUT', '/v1/fleet', { ...body(FLEET), base: plan.base, note: 'first' });
  assert.deepEqual(applied.revision, { epoch: 1, number: 1 });

  const status = await get<StatusView>('/v1/status', 'GET /v1/status');
  assert.equal(status.fleet?.name, 'example');
  assert.equal(status.fleet?.actor, 'unix:ada');
  assert.equal(status.converged, false);
  const documents = await get<ResourceView[]>('/v1/resources/exporter', 'GET /v1/resources');
  assert.deepEqual(
    documents.map(({ kind, name, file, line }) => [kind, name, file, line]),
    [['Exporter', 'node', 'fleet.yaml', 5]],
  );
  await assert.rejects(
    client.send('PUT', '/v1/fleet', { ...body(`${FLEET}port: 9200\n`), base: plan.base }),
    (fault: Fault) => fault.code === 'conflict',
  );
});

test('what is wrong with a folder comes back all at once, with its places', async () => {
  const broken = FLEET.replace('"1.9.0"', '1.10').replace('hosts: [db-1]', 'hots: [db-1]');
  await assert.rejects(client.send('POST', '/v1/plan', body(broken)), (fault: Fault) => {
    assert.equal(fault.code, 'invalid');
    assert.ok(fault.findings.length >= 2, JSON.stringify(fault.findings));
    assert.ok(fault.findings.every(({ file, line }) => file === 'fleet.yaml' && Number(line) > 0));
    return true;
  });
});

test('a revision tells which files it changed, and how', async () => {
  const all = await get<RevisionView[]>('/v1/revisions', 'GET /v1/revisions');
  assert.deepEqual([all[0]?.revision, all[0]?.cause, all[0]?.note], ['1', 'apply', 'first']);
  await client.send('PUT', '/v1/fleet', { ...body(FLEET.replace('1.9.0', '1.11.1')), base: { epoch: 1, number: 1 } });
  const detail = await get<RevisionDetail>('/v1/revisions/2', 'GET /v1/revisions/:revision');
  assert.equal(detail.previous, '1');
  assert.match(detail.files[0]?.diff ?? '', /^-version: "1\.9\.0"\n\+version: "1\.11\.1"$/m);
  await assert.rejects(client.get('/v1/revisions/99'), /none of that number/);
  await assert.rejects(client.get('/v1/revisions/last'), /a number, or two/);
});

test('undo makes the one before wanted again', async () => {
  const undone = await client.send<Applied>('POST', '/v1/undo', {});
  assert.equal(undone.revision.number, 3);
  const [only] = await get<ResourceView[]>('/v1/resources/Exporter/node', 'GET /v1/resources/:kind/:name');
  assert.match(JSON.stringify(only?.document), /"version":"1\.9\.0"/);
});

test('an operation reaches the agents of the units that it names, and says how each went', async () => {
  const told: string[] = [];
  const session = api.connect('db-1', (says: ControllerSays) => {
    if (says.kind !== 'operation') return;
    told.push(`${says.operation.verb} ${says.operation.unit}`);
    setImmediate(() =>
      session.hear({ kind: 'result', result: { id: says.operation.id, ok: true, message: 'ready again' } }),
    );
  });
  const outcomes = await client.send<OperationOutcome[]>('POST', '/v1/operations', {
    verb: 'restart',
    unit: 'node_exporter',
    on: 'all',
  });
  assert.deepEqual(outcomes, [{ host: 'db-1', unit: 'node_exporter', ok: true, message: 'ready again' }]);
  assert.deepEqual(told, ['restart node_exporter']);
  session.closed();
  const [away] = await client.send<OperationOutcome[]>('POST', '/v1/operations', {
    verb: 'reload',
    unit: 'node_exporter',
    on: 'db-1',
  });
  assert.equal(away?.ok, false);
  assert.match(away?.message ?? '', /not connected/);
  await assert.rejects(
    client.send('POST', '/v1/operations', { verb: 'restart', unit: 'nothing', on: 'all' }),
    (fault: Fault) => fault.code === 'not_found',
  );
});

test('stop is an override that status shows, start lifts it', async () => {
  await client.send('POST', '/v1/operations', { verb: 'stop', unit: 'node_exporter', on: 'from=token' });
  const stopped = await get<StatusView>('/v1/status', 'GET /v1/status');
  assert.deepEqual(
    stopped.overrides.map(({ host, unit, actor }) => [host, unit, actor]),
    [['db-1', 'node_exporter', 'unix:ada']],
  );
  await client.send('POST', '/v1/operations', { verb: 'start', unit: 'node_exporter', on: 'db-1' });
  assert.deepEqual((await client.get<StatusView>('/v1/status')).overrides, []);
});

test('a log is told line by line, and followed until the reader goes', async () => {
  let ended = false;
  const session = api.connect('db-1', (says) => {
    if (says.kind === 'logTailEnd') ended = true;
    if (says.kind !== 'logTail') return;
    const { id, follow } = says.tail;
    setImmediate(() =>
      session.hear({ kind: 'logLines', logLines: { id, lines: ['one', 'two'], end: !follow, error: '' } }),
    );
  });
  const lines: string[] = [];
  await client.lines('/v1/logs/db-1/node_exporter?lines=2', (line) => lines.push(line));
  assert.deepEqual(lines, ['{"line":"one"}', '{"line":"two"}']);
  const leaving = new AbortController();
  const following = client.lines('/v1/logs/db-1/node_exporter?follow=true', () => leaving.abort(), leaving.signal);
  await following.catch(() => {});
  await eventually(() => assert.equal(ended, true));
  await assert.rejects(
    client.lines('/v1/logs/db-1/nothing', () => {}),
    /there is no such unit/,
  );
  await assert.rejects(
    client.lines('/v1/logs/db-9/nothing', () => {}),
    /no host of that name/,
  );
});

test('a host that reports what is wanted is shown as converged', async () => {
  const spec = api.state.stores.specs.find('db-1');
  assert.ok(spec);
  const unit = unitReport({ name: 'node_exporter', version: '1.9.0' });
  api.report('db-1', {
    revision: spec.spec.revision,
    specDigest: specDigest(spec.spec),
    converged: true,
    units: [unit],
  });
  const host = await get<HostView>('/v1/hosts/db-1', 'GET /v1/hosts/:name');
  assert.equal(host.converged, true, JSON.stringify(host));
});

test('labels are replaced whole above those of the token; an unknown host is told so', async () => {
  const labelled = await client.send<HostView>('PUT', '/v1/hosts/db-1/labels', { labels: { role: 'db' } });
  assert.deepEqual(labelled.labels, { from: 'token', role: 'db' });
  assert.deepEqual(labelled.ownLabels, { role: 'db' });
  await assert.rejects(client.send('PUT', '/v1/hosts/db-9/labels', { labels: {} }), /none of that name is enrolled/);
});

test('a token is shown once, with all that a host needs; then it is listed by its state', async () => {
  const made = await client.send<CreatedToken>('POST', '/v1/tokens', { uses: 2, labels: { role: 'db' } });
  assert.match(made.token, /^pfj_/);
  assert.equal(made.ca, api.state.authority.pin());
  const listed = await get<TokenView[]>('/v1/tokens', 'GET /v1/tokens');
  assert.deepEqual([listed[0]?.state, listed[0]?.usesLeft], ['valid', 2]);
  await client.send('DELETE', `/v1/tokens/${made.id}`);
  assert.equal((await client.get<TokenView[]>('/v1/tokens'))[0]?.state, 'revoked');
  assert.doesNotMatch(JSON.stringify(listed), /pfj_|hash/);
});

test('events come newest first, a page at a time', async () => {
  const all = await get<{ id: number; kind: string }[]>('/v1/events?limit=3', 'GET /v1/events');
  assert.equal(all.length, 3);
  const before = await client.get<{ id: number }[]>(`/v1/events?limit=2&before=${all[2]?.id}`);
  assert.ok(Number(before[0]?.id) < Number(all[2]?.id));
  await assert.rejects(
    client.get('/v1/events?limit=0'),
    (fault: Fault) => fault.code === 'invalid' && /limit/.test(fault.message),
  );
});

test('a rotation of the authority is begun, says whom it waits for, and can’t be finished before', async () => {
  const begun = await client.send<{ rotating: boolean; waitingFor: string[] }>('POST', '/v1/authority/rotate');
  assert.deepEqual([begun.rotating, begun.waitingFor], [true, ['db-1', 'db-2']]);
  await assert.rejects(client.send('POST', '/v1/authority/finish'), (fault: Fault) => fault.code === 'conflict');
  await get('/v1/authority', 'GET /v1/authority');
});

test('labels that the fleet’s own files give a host are shown, and are no operator’s', async () => {
  const written = `${FLEET}---\nkind: Host\nname: db-1\nlabels: { role: web, rack: "7" }\n`;
  await client.send('PUT', '/v1/fleet', body(written));
  const { labels, ownLabels } = await get<HostView>('/v1/hosts/db-1', 'GET /v1/hosts/:name');
  assert.deepEqual([labels, ownLabels], [{ from: 'token', role: 'web', rack: '7' }, { role: 'db' }]);
  const all = await client.get<HostView[]>('/v1/hosts');
  assert.deepEqual(all.find((host) => host.name === 'db-1')?.labels, labels);
});

test('a removed host is gone', async () => {
  await client.send('DELETE', '/v1/hosts/db-2');
  assert.deepEqual(
    (await get<HostView[]>('/v1/hosts', 'GET /v1/hosts')).map(({ name }) => name),
    ['db-1'],
  );
});
