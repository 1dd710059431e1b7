import assert from 'node:assert/strict';
import { request } from 'node:http';
import { afterAll, beforeAll, test } from 'vitest';
import { serveTestApi, type TestApi } from '../../support/serve-test-api.ts';
import { type Typing, typeCommand } from '../../support/type-command.ts';

let api: TestApi;
beforeAll(async () => {
  api = await serveTestApi();
});
afterAll(() => api[Symbol.asyncDispose]());

const run = (argv: readonly string[], typing: Typing = {}) =>
  typeCommand(['--socket', api.socket, 'secret', ...argv], typing);
const valueOf = (name: string): string | undefined => {
  const row = api.state.stores.secrets.find(name);
  return row && api.vault.open([row])[0]?.value;
};

test.each([
  ['one newline at its end is taken off', 'hunter2\n', [], 'hunter2'],
  ['as Windows writes it, too', 'hunter2\r\n', [], 'hunter2'],
  ['one, and no other', '\nhunter2 \n\n', [], '\nhunter2 \n'],
  ['none, when that is said', 'hunter2\n', ['--keep-newline'], 'hunter2\n'],
] as const)('a value that is piped in: %s', async (what, input, flags, value) => {
  const name = what.replaceAll(/[^a-z]/gi, '-');
  const { code, out, err } = await run(['set', name, ...flags], { input });
  assert.equal(code, 0, err);
  assert.doesNotMatch(out + err, /hunter2/);
  assert.equal(valueOf(name), value);
});

test('at a prompt it is asked for twice, and told nowhere', async () => {
  const differs = await run(['set', 'typed'], { answers: ['hunter2', 'hunter3'] });
  assert.equal(differs.code, 1);
  assert.match(differs.err, /cannot set the secret typed: the two answers differ/);
  const { code, out, err } = await run(['set', 'typed'], { answers: ['hunter2', 'hunter2'] });
  assert.equal(code, 0, err);
  assert.match(err, /Value of typed: .*The same again: /s);
  assert.doesNotMatch(out + err + differs.err, /hunter/);
  assert.equal(valueOf('typed'), 'hunter2');
});

test('it is no argument; one that is rotated and that nothing uses says so; the list has no value', async () => {
  const argument = await run(['set', 'arg', 'hunter2']);
  assert.equal(argument.code, 1);
  assert.match(argument.err, /too many arguments/);
  assert.equal(valueOf('arg'), undefined);
  const rotated = await run(['rotate', 'typed'], { input: 'hunter4' });
  assert.match(rotated.out, /^Secret typed has value 2 now; no unit uses it\.\n$/);
  const listed = await run(['list']);
  assert.match(listed.out, /NAME +VALUE +SET +BY +UNITS/);
  assert.match(listed.out, /typed +2 .* unix:ada/);
  const all = await run(['list', '-o', 'json']);
  assert.doesNotMatch(listed.out + all.out, /hunter/);
  assert.match((await run(['remove', 'typed'])).out, /Secret typed is removed/);
  assert.match((await run(['list'])).out, /^(?!.*typed)/s);
});

test('a value of another shape is refused without being shown', async () => {
  const sent = api.deps.stores.audit.list({ limit: 1 }).length;
  const response = await fetchSocket('POST', '/v1/secrets', { name: 'x', value: ['hunter2'] });
  assert.equal(response.status, 400);
  assert.doesNotMatch(response.text, /hunter2/);
  const audit = JSON.stringify(api.deps.stores.audit.list({ limit: 100 }));
  assert.ok(sent > 0);
  assert.match(audit, /POST \/v1\/secrets/);
  assert.doesNotMatch(audit, /hunter/);
});

async function fetchSocket(method: string, path: string, body: unknown): Promise<{ status: number; text: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; text: string }>();
  const call = request({ socketPath: api.socket, method, path }, (response) => {
    let text = '';
    response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
  });
  call.on('error', reject).end(JSON.stringify(body));
  return promise;
}
