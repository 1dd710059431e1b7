import assert from 'node:assert/strict';
import { request } from 'node:https';
import { afterAll, beforeAll, test } from 'vitest';
import { hashCredential } from '../../../controller/access/credential.ts';
import { openEndpoint } from '../../../controller/cli/client.ts';
import { routes } from '../../../controller/http/routes.ts';
import type { Role } from '../../../controller/store/operators.ts';
import type { Fault } from '../../../proto/fault.ts';
import { serveTestApi, type TestApi } from '../../support/serve-test-api.ts';

const ROLES = ['nobody', 'viewer', 'operator', 'admin'] as const;
const NEEDED = { anyone: 0, viewer: 1, operator: 2, admin: 3 } as const;

let api: TestApi;
const credentials = new Map<string, string>();
beforeAll(async () => {
  api = await serveTestApi();
  for (const role of ['viewer', 'operator', 'admin'] as const) credentials.set(role, api.credential(role));
});
afterAll(() => api[Symbol.asyncDispose]());

/** Status and body of a request that no route can do anything with: what is tested is who gets that far. */
async function ask(
  method: string,
  path: string,
  credential: string | undefined,
): Promise<{ status: number; body: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: string }>();
  const headers = credential === undefined ? {} : { authorization: `Bearer ${credential}` };
  const tls = { host: '127.0.0.1', port: api.http.httpsPort, ca: api.ca, servername: 'promfleet-controller' };
  const asked = request({ ...tls, method, path, headers }, (response) => {
    let body = '';
    response.on('data', (chunk: Buffer) => (body += chunk.toString()));
    response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
  });
  asked.on('error', reject);
  asked.end(['POST', 'PUT'].includes(method) ? '{"not":"right"}' : undefined);
  return await promise;
}

for (const { on, access } of routes) {
  // What changes the authority is let through to nobody here: the others need it.
  if (on.includes('/authority/')) continue;
  const [method = '', pattern = ''] = on.split(' ');
  const path = pattern.replace(/[:*]\w+/g, 'none');
  for (const [rank, role] of ROLES.entries()) {
    const may = rank >= NEEDED[access];
    test(`${on}: ${role} ${may ? 'may' : 'may not'}`, async () => {
      const { status, body } = await ask(method, path, credentials.get(role));
      assert.equal(status === 403, !may, `${status} ${body}`);
      if (!may)
        assert.match(
          body,
          role === 'nobody' ? /no credential was given/ : new RegExp(`is an? ${role}, and .+ needs an? ${access}`),
        );
    });
  }
}

const client = (credential: string) =>
  openEndpoint({ kind: 'https', host: '127.0.0.1', port: api.http.httpsPort, ca: api.ca, credential });
const refusal = (says: RegExp) => (fault: Fault) => fault.code === 'denied' && says.test(fault.message);

test('a credential that is mistyped, unknown, revoked or expired is each told apart', async () => {
  await assert.rejects(client('pfo_short').get('/v1/status'), refusal(/not the whole of one/));
  await assert.rejects(client(`pfo_${'A'.repeat(43)}`).get('/v1/status'), refusal(/does not know it/));

  const revoked = api.credential('viewer', 'eve');
  await client(revoked).get('/v1/status');
  await client(credentials.get('admin') ?? '').send('DELETE', '/v1/operators/eve');
  await assert.rejects(client(revoked).get('/v1/status'), refusal(/of eve: it was revoked/));

  const expired = api.credential('viewer', 'old');
  api.state.clock.ms += 3_600_001;
  try {
    await assert.rejects(client(expired).get('/v1/status'), refusal(/of old: it expired at 20/));
  } finally {
    api.state.clock.ms -= 3_600_001;
  }
});

test('a credential is stored as its hash, shown once, and its name can’t be taken while it is good', async () => {
  const admin = client(credentials.get('admin') ?? '');
  const body = { name: 'ada', role: 'operator' satisfies Role };
  const made = await admin.send<{ credential: string }>('POST', '/v1/operators', body);
  assert.equal(api.state.stores.operators.find('ada')?.hash, hashCredential(made.credential));
  assert.doesNotMatch(JSON.stringify(await admin.get('/v1/operators')), /pfo_|hash/);
  await assert.rejects(admin.send('POST', '/v1/operators', body), /there is one of that name/);
  await admin.send('DELETE', '/v1/operators/ada');
  await admin.send('POST', '/v1/operators', body);
});

test('every change is written down: who, what, on what, and what came of it; refused ones too', async () => {
  const local = openEndpoint({ kind: 'socket', path: api.socket, user: 'ada' });
  const before = api.state.stores.audit.list({ limit: 1 })[0]?.id ?? 0;
  api.state.clock.ms += 60_001;
  await local.send('POST', '/v1/operators', { name: 'bob', role: 'viewer' });
  await assert.rejects(client(credentials.get('viewer') ?? '').send('DELETE', '/v1/operators/bob'));
  await assert.rejects(client(`pfo_${'B'.repeat(43)}`).send('POST', '/v1/undo', {}));
  // A stranger fills no disk: once a minute is enough to know of it.
  await assert.rejects(client(`pfo_${'C'.repeat(43)}`).send('POST', '/v1/undo', {}));
  await assert.rejects(local.send('POST', '/v1/tokens', { uses: -1 }));
  await local.get('/v1/status');
  const written = api.state.stores.audit.list({ limit: 100 }).filter((row) => row.id > before);
  assert.deepEqual(
    written.toReversed().map(({ actor, action, target, outcome }) => [actor, action, target, outcome]),
    [
      ['unix:ada', 'POST /v1/operators', 'bob', 'ok'],
      ['viewer', 'DELETE /v1/operators/:name', 'bob', 'denied'],
      ['-', 'POST /v1/undo', '', 'denied'],
      ['unix:ada', 'POST /v1/tokens', '', 'invalid'],
    ],
  );
  assert.equal((await local.get<unknown[]>('/v1/audit?limit=2')).length, 2);
});
