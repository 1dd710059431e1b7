import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { makeJoinToken, TOKEN_BYTES } from '../../controller/enrolment/join-token.ts';
import type { CreatedToken } from '../../controller/http/tokens.ts';
import type { StatusView } from '../../controller/http/views.ts';
import { eventually } from '../support/eventually.ts';
import { type Outcome, QuickStart } from '../support/quick-start.ts';
import { realMirror } from '../support/real-releases.ts';
import { refusal } from './untouched.ts';

describe('join tokens, as whoever enrols a host meets them', () => {
  const life = new AsyncDisposableStack();
  let fleet: QuickStart;
  let host: string;
  let made: CreatedToken;
  const home = () => join(fleet.directory, 'second');
  const enrol = (token: string, change: { ca?: string; home?: string; name?: string } = {}): Promise<string> => {
    const { enrolAddress, ca } = made;
    const where = ['--home', change.home ?? home(), '--name', change.name ?? 'second'];
    const args = ['enrol', '--controller', enrolAddress, '--ca', change.ca ?? ca, ...where];
    return refusal(fleet, () => fleet.runAgent(token, ...args));
  };
  const create = async (...more: string[]) =>
    JSON.parse(await fleet.must('token', 'create', '-o', 'json', ...more)) as CreatedToken;
  afterAll(() => life.disposeAsync());
  const wrong = `sha256:${'ab'.repeat(32)}`;
  const newToken = '\n  make a new one on the controller with "promfleet token create"\n';

  beforeAll(async () => {
    const mirror = life.use(await realMirror());
    fleet = life.use(await QuickStart.create());
    fleet.writeExporter(mirror.url);
    const { code, stdout, stderr } = await fleet.up();
    assert.equal(code, 0, stdout + stderr);
    host = (await fleet.get<StatusView>('/v1/status')).hosts[0]?.name ?? '';
    made = await create();
  });

  test('expired, used, revoked, unknown, malformed and missing: each in its own words', async () => {
    const expiring = await create('--ttl', '1s');
    await sleep(1_100);
    assert.match(
      await enrol(expiring.token),
      new RegExp(
        `^promfleet-agent: cannot enrol: join token ${expiring.id} expired (\\d+ seconds?|less than a second) ago${newToken}$`,
      ),
    );
    const revoked = await create();
    await fleet.must('token', 'revoke', revoked.id);
    assert.equal(
      await enrol(revoked.token),
      `promfleet-agent: cannot enrol: join token ${revoked.id} was revoked${newToken}`,
    );
    const used = (await fleet.get<{ id: string; state: string }[]>('/v1/tokens')).find((one) => one.state === 'used');
    assert.ok(used, 'the quick start’s own token is used');
    assert.equal(
      await enrol(makeJoinToken(randomBytes(TOKEN_BYTES))),
      `promfleet-agent: cannot enrol: this controller has never issued that join token
  check that the address is that of the controller which issued it, or make a new one on the controller with "promfleet token create"
`,
    );
    const malformed = `promfleet-agent: cannot enrol: the join token is malformed
  copy it whole: pfj_ and 36 letters and digits, as "promfleet token create" printed it
`;
    assert.equal(await enrol(made.token.slice(0, -1)), malformed);
    assert.equal(await enrol(made.token.replace(/.$/, (last) => (last === 'a' ? 'b' : 'a'))), malformed);
    assert.equal(
      await enrol(''),
      `promfleet-agent: cannot enrol: no join token was given
  it comes in PROMFLEET_TOKEN or on standard input; "promfleet token create" prints the whole line
`,
    );
  });

  test('another controller than the one that was meant, and a name that is taken', async () => {
    assert.equal(
      await enrol(made.token, { ca: wrong }),
      `promfleet-agent: cannot enrol: wrong CA: ${made.enrolAddress} answers with ${made.ca}, and ${wrong} was given
  is the address right, and is the fingerprint this controller’s? "promfleet token create" prints both
`,
    );
    assert.equal(
      await enrol(made.token, { name: host }),
      `promfleet-agent: cannot enrol ${host}: a host of that name is enrolled with another key
  if this machine replaces it, remove that one first ("promfleet host remove ${host}"); else enrol under another name with --name
`,
    );
  });

  test('a host that is enrolled already says so, spends nothing, and does not change hands', async () => {
    const own = join(fleet.home, 'host');
    const args = ['enrol', '--controller', made.enrolAddress, '--home', own, '--ca'];
    const again: Outcome = await fleet.runAgent(made.token, ...args, made.ca);
    assert.deepEqual(again, { code: 0, stdout: `this host is enrolled already, as ${host}\n`, stderr: '' });
    const tokens = await fleet.get<{ id: string; state: string }[]>('/v1/tokens');
    assert.equal(tokens.find(({ id }) => id === made.id)?.state, 'valid');
    assert.equal(
      await enrol(made.token, { home: own, ca: wrong }),
      `promfleet-agent: cannot enrol with ${made.enrolAddress}: this host is enrolled already, as ${host}, with the controller at ${made.enrolAddress}, whose CA is ${made.ca}; ${wrong} was given
  end its agent and run "promfleet-agent uninstall" first, or give this one a home of its own with --home
`,
    );
  });

  test('a token that was used', async () => {
    const [first, second] = ['first', 'second'].map((name) => join(fleet.directory, name)) as [string, string];
    const args = ['enrol', '--controller', made.enrolAddress, '--ca', made.ca];
    assert.equal((await fleet.runAgent(made.token, ...args, '--home', first, '--name', 'first')).code, 0);
    await fleet.must('host', 'remove', 'first', '--yes');
    await eventually(async () => assert.ok((await fleet.get<StatusView>('/v1/status')).converged));
    assert.equal(
      await enrol(made.token, { home: second }),
      `promfleet-agent: cannot enrol: join token ${made.id} is used up${newToken}`,
    );
  });
});
