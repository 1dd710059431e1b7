import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { enrolLine } from '../../controller/cli/commands/token.ts';
import type { FleetEvent } from '../../controller/events/event.ts';
import type { CreatedToken } from '../../controller/http/tokens.ts';
import { freePorts } from '../support/free-port.ts';
import { type Outcome, QuickStart } from '../support/quick-start.ts';
import { realMirror } from '../support/real-releases.ts';
import { converged, fails, hostOf, soon, statusOf, succeeds, targetsOf, unitOf } from './world.ts';

const LAUNCHERS = fileURLToPath(new URL('../../installers/', import.meta.url));
/** The one through which two hosts that are one machine can scrape each other. */
const address = Object.values(networkInterfaces())
  .flatMap((all) => all ?? [])
  .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;

describe('operators, a second host, and a controller that is replaced under a running fleet', () => {
  const life = new AsyncDisposableStack();
  let fleet: QuickStart;
  let mirrorUrl: string;
  let host: string;
  let api: string;
  let second: ChildProcess | undefined;

  beforeAll(async () => {
    process.env['COLUMNS'] = '1000';
    mirrorUrl = life.use(await realMirror()).url;
    fleet = life.use(await QuickStart.create());
    life.defer(() => void second?.kill('SIGKILL'));
    fleet.writeFleet(mirrorUrl);
    succeeds(await fleet.up());
    host = (await hostOf(fleet)).name;
    const ports = JSON.parse(readFileSync(join(fleet.home, 'ports.json'), 'utf8')) as { apiPort: number };
    api = `127.0.0.1:${ports.apiPort}`;
  });
  afterAll(() => life.disposeAsync());

  const unitPids = () => [fleet.pidOf('prometheus'), fleet.pidOf('node_exporter')];
  const credential = async (name: string, role: string, ...more: string[]) => {
    const made = await fleet.must('user', 'create', name, '--role', role, '-o', 'json', ...more);
    return (JSON.parse(made) as { credential: string }).credential;
  };
  const authorityNow = async () =>
    /● (sha256:[0-9a-f]{64})/.exec(await fleet.must('authority', 'status'))?.[1] ?? 'none';
  /** Logs in as someone else than whoever owns the socket. */
  const login = (secret: string, ca: string, name: string): Promise<Outcome> =>
    fleet.runAs(secret, 'login', api, '--ca', ca, '--name', name);
  const as = (context: string, ...args: string[]) => fleet.run('--context', context, ...args);

  test('login pins the authority: a wrong one is told, and a credential that is no good is remembered nowhere', async () => {
    const [viewer, ca] = [await credential('vera', 'viewer'), await authorityNow()];
    const wrong = `sha256:${'ab'.repeat(32)}`;
    assert.equal(
      fails(await login(viewer, wrong, 'vera')),
      `it presents ${ca}
--ca says    ${wrong}

promfleet: cannot trust that controller: its authority is another than --ca says
    compare with "promfleet authority status" on the controller itself; someone may be in between
`,
    );
    assert.match(fails(await login(`${viewer.slice(0, -4)}AAAA`, ca, 'vera')), /this controller does not know it/);
    assert.match(fails(await as('vera', 'status')), /cannot use context vera: there is none of that name/);
    assert.match(
      succeeds(await login(viewer, ca, 'vera')),
      new RegExp(`^Logged in to ${api} as context vera: test, promfleet`),
    );
    assert.match(succeeds(await as('vera', 'status')), /● All is as it should be: 2 units on 1 host/);
  });

  test('a viewer looks and changes nothing; an operator changes the fleet; the audit has who, and who was denied', async () => {
    const ca = await authorityNow();
    succeeds(await login(await credential('oskar', 'operator'), ca, 'oskar'));
    succeeds(await login(await credential('ada', 'admin'), ca, 'ada'));
    const before = unitPids();
    for (const args of [
      ['apply', '-f', fleet.folder, '--yes'],
      ['restart', `node_exporter@${host}`],
      ['stop', `prometheus@${host}`],
      ['token', 'create'],
      ['user', 'create', 'eve', '--role', 'admin'],
      ['host', 'remove', host, '--yes'],
      ['authority', 'rotate'],
      ['audit'],
    ]) {
      const outcome = await as('vera', ...args);
      assert.match(fails(outcome), /vera is a viewer, and .* needs an (operator|admin)/, args.join(' '));
    }
    succeeds(await as('vera', 'logs', '-n', '1', `prometheus@${host}`));
    assert.match(fails(await as('oskar', 'user', 'list')), /oskar is an operator, and .* needs an admin/);
    succeeds(await as('oskar', 'reload', `prometheus@${host}`));
    assert.deepEqual(unitPids(), before);
    const rows = JSON.parse(succeeds(await as('ada', 'audit', '-o', 'json'))) as Record<string, string>[];
    const told = rows.map(({ actor, action, outcome }) => `${actor} ${action} ${outcome}`);
    assert.ok(told.includes('oskar POST /v1/operations ok'), told.join('\n'));
    assert.ok(told.includes('vera POST /v1/operations denied'), told.join('\n'));
    assert.ok(told.includes('vera DELETE /v1/hosts/:name denied'), told.join('\n'));
    assert.ok(
      told.some((row) => /^unix:\S+ POST \/v1\/operators ok$/.test(row)),
      told.join('\n'),
    );
  });

  test('a credential that was revoked, and one that expired, end at once and say so', async () => {
    const ca = await authorityNow();
    succeeds(await login(await credential('bo', 'viewer', '--ttl', '4s'), ca, 'bo'));
    assert.match(await fleet.must('user', 'revoke', 'vera'), /The credential of vera is revoked\./);
    assert.match(
      fails(await as('vera', 'status')),
      /^promfleet: cannot accept the credential of vera: it was revoked\n {4}an admin can make another: promfleet user create vera --role viewer\n$/,
    );
    await soon(async () =>
      assert.match(fails(await as('bo', 'status')), /^promfleet: cannot accept the credential of bo: it expired at /),
    );
  });

  test('the line for a machine that has the agent lets a second host in, and Prometheus has it with no reload', async (context) => {
    if (address === undefined) return context.skip('this machine has no address but loopback');
    const [port] = (await freePorts(1)) as [number];
    fleet.write({
      'second.yaml': `kind: Host
name: db-1
address: ${address}
---
kind: Exporter
name: db
component: node_exporter
unit: node_exporter-db
hosts: { labels: { role: db } }
port: ${port}
`,
      'fleet.yaml': fleet
        .read('fleet.yaml')
        .replaceAll('hosts: all', `hosts: [${host}]`)
        .replace('{ exporter: node }', '{ exporter: node }, { exporter: db }'),
    });
    succeeds(await fleet.run('apply', '-f', fleet.folder, '--yes'));
    const [pids, reloads] = [unitPids(), await reloadedAt()];

    const created = await fleet.must('token', 'create', '--label', 'role=db', '-o', 'json');
    const line = enrolLine(JSON.parse(created) as CreatedToken);
    const bin = join(fleet.directory, 'bin');
    mkdirSync(bin);
    symlinkSync(join(LAUNCHERS, 'promfleet-agent'), join(bin, 'promfleet-agent'));
    const home = join(fleet.directory, 'second');
    const typed = line
      .replace(' enrol ', ` enrol --home ${home} --name db-1 `)
      .replace(/promfleet-agent run$/, `exec promfleet-agent run --home ${home} --supervisor process`);
    second = spawn('sh', ['-c', typed], {
      env: { ...process.env, PATH: `${bin}:${process.env['PATH']}` },
      stdio: 'ignore',
    });

    await soon(async () => assert.equal((await unitOf(fleet, 'node_exporter-db', 'db-1')).state, 'ready'), 40_000);
    await soon(async () => assert.ok((await targetsOf(fleet)).includes(`db db-1:${port} up`)), 20_000);
    assert.deepEqual((await hostOf(fleet, 'db-1')).labels, { role: 'db' });
    assert.deepEqual([unitPids(), await reloadedAt()], [pids, reloads], 'Prometheus was reloaded or restarted');
    await soon(() => converged(fleet));
  });

  async function reloadedAt(): Promise<string> {
    const page = await (await fetch(`http://127.0.0.1:${fleet.ports.prometheus}/metrics`)).text();
    return /^prometheus_config_last_reload_success_timestamp_seconds (\S+)$/m.exec(page)?.[1] ?? '';
  }

  test('the authority is replaced while everything runs: both hosts renew, sessions go on, units are not touched', async () => {
    const [before, pids] = [await authorityNow(), unitPids()];
    const hosts = (await statusOf(fleet)).hosts.map(({ name }) => name);
    assert.match(await fleet.must('authority', 'rotate'), /is trusted, until/);
    await soon(async () =>
      assert.match(await fleet.must('authority', 'status'), /Every host has a certificate of the new one/),
    );
    succeeds(await as('ada', 'status'));
    await fleet.must('authority', 'finish');
    const after = await authorityNow();
    assert.notEqual(after, before);
    assert.match(fails(await as('ada', 'status')), /its certificate is not of the authority that was pinned/);
    succeeds(await fleet.run('restart', `node_exporter@${host}`));
    // An agent that connects anew needs all of it: its certificate, its trust, and the controller's own certificate.
    process.kill(fleet.pidOf('agent'), 'SIGKILL');
    succeeds(await fleet.run('up', '--dir', fleet.home));
    await soon(() => converged(fleet));
    assert.deepEqual(
      (await statusOf(fleet)).hosts.map(({ name }) => name),
      hosts,
    );
    assert.equal(fleet.pidOf('prometheus'), pids[0]);
    const renewed = (await fleet.get<FleetEvent[]>('/v1/events?limit=200')).filter(
      ({ kind }) => kind === 'CertificateRenewed',
    );
    assert.deepEqual(new Set(renewed.map((event) => event.host)), new Set(hosts));
  });

  test('a host that is removed is refused from then on, and is a target no more', async (context) => {
    if (second === undefined) return context.skip('there is no second host');
    const pids = unitPids();
    assert.equal(await fleet.must('host', 'remove', 'db-1', '--yes'), 'db-1 is removed.\n');
    await soon(async () => assert.ok((await targetsOf(fleet)).every((target) => !target.startsWith('db '))), 20_000);
    assert.deepEqual(
      (await statusOf(fleet)).hosts.map(({ name }) => name),
      [host],
    );
    assert.deepEqual(unitPids(), pids);
    await converged(fleet);
    second.kill('SIGTERM');
    await once(second, 'exit');
  });

  test('a controller that is put back to an older state holds still, says so, and begins a new epoch with the next apply', async () => {
    const [state, backup] = [join(fleet.home, 'controller'), join(fleet.directory, 'backup')];
    await stopController();
    cpSync(state, backup, { recursive: true });
    succeeds(await fleet.run('up', '--dir', fleet.home));
    fleet.write({ 'rules/up.yml': fleet.read('rules/up.yml').replace('job:up:count', 'job:up:counted') });
    succeeds(await fleet.run('apply', '-f', fleet.folder, '--yes'));
    const [pids, revision] = [unitPids(), (await statusOf(fleet)).fleet?.revision];

    await stopController();
    rmSync(state, { recursive: true });
    cpSync(backup, state, { recursive: true });
    const said = fails(await fleet.run('up', '--dir', fleet.home));
    assert.match(said, /This controller was restored from an older state and sends nothing to any host\./);
    const status = await fleet.run('status');
    assert.match(
      fails({ ...status, stderr: status.stdout }),
      /restored from an older state and sends nothing to any host/,
    );
    assert.deepEqual(unitPids(), pids);
    assert.match(status.stdout, /it is ahead of this controller/);
    assert.match(await rules(), /job:up:counted/);

    // What the older state wants already is not what runs: the host must end at it all the same.
    fleet.write({ 'rules/up.yml': fleet.read('rules/up.yml').replace('job:up:counted', 'job:up:count') });
    assert.match((await fleet.run('plan', '-f', fleet.folder)).stdout, /it is ahead of this controller/);
    succeeds(await fleet.run('apply', '-f', fleet.folder, '--yes'));
    await converged(fleet);
    assert.equal((await statusOf(fleet)).fleet?.revision, '2.1', `it was ${revision}`);
    assert.deepEqual(unitPids(), pids);
    assert.doesNotMatch(await rules(), /job:up:counted/);
  });

  const rules = async () => (await fetch(`http://127.0.0.1:${fleet.ports.prometheus}/api/v1/rules`)).text();

  async function stopController(): Promise<void> {
    const pid = fleet.pidOf('controller');
    process.kill(pid, 'SIGTERM');
    await soon(() => assert.throws(() => process.kill(pid, 0)));
  }
});
