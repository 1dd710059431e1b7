import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createOperator } from '../../controller/access/operators.ts';
import { Downloads } from '../../controller/downloads/downloads.ts';
import { createToken, revokeToken } from '../../controller/enrolment/create-token.ts';
import { labelHost, removeHost } from '../../controller/enrolment/inventory.ts';
import { finishRotation, rotateAuthority } from '../../controller/enrolment/rotate.ts';
import { applyFleet } from '../../controller/fleet/apply.ts';
import type { Library } from '../../controller/fleet/deps.ts';
import { OutsideTargets } from '../../controller/fleet/outside-targets.ts';
import { setStopped } from '../../controller/fleet/override.ts';
import { previewFleet } from '../../controller/fleet/preview.ts';
import { selectUnits } from '../../controller/fleet/select-units.ts';
import { previewUndo, undoFleet } from '../../controller/fleet/undo.ts';
import { Verdicts } from '../../controller/fleet/verdicts.ts';
import type { HttpDeps } from '../../controller/http/deps.ts';
import { type HttpServer, serveHttp } from '../../controller/http/server.ts';
import {
  listSecrets,
  removeSecret,
  rotateSecret,
  type SecretsDeps,
  setSecret,
} from '../../controller/secrets/set-secret.ts';
import { Vault } from '../../controller/secrets/vault.ts';
import { Sessions } from '../../controller/sessions/sessions.ts';
import type { Role } from '../../controller/store/operators.ts';
import type { ControllerSays } from '../../proto/message.ts';
import type { HostReport } from '../../proto/report.ts';
import { type ControllerState, openControllerState } from './open-controller-state.ts';
import { facts, hostReport, release } from './samples.ts';
import { temporaryDirectory } from './temporary-directory.ts';
import { testKey } from './test-key.ts';

export interface TestApi extends AsyncDisposable {
  readonly state: ControllerState;
  readonly deps: HttpDeps;
  readonly vault: Vault;
  readonly http: HttpServer;
  readonly socket: string;
  /** PEM of the root, as `login` pins it. */
  readonly ca: string;
  /** A folder of its own, gone with it. */
  readonly directory: string;
  credential(role: Role, name?: string): string;
  enrol(name: string): void;
  /** An agent's session; what it is told goes to `hear`, what it answers is said with what comes back. */
  connect(host: string, hear?: (says: ControllerSays) => void): ReturnType<Sessions['open']>;
  report(host: string, patch?: Partial<HostReport>): void;
}

/** The real API, over a real socket and real TLS, on real stores. Only the internet is not there: releases are made up. */
export async function serveTestApi(): Promise<TestApi> {
  const state = await openControllerState();
  const directory = temporaryDirectory();
  const { stores, commit, stream, authority, now } = state;
  const sessions = new Sessions({
    stores,
    commit,
    publish: (live) => stream.publish(live),
    trust: () => ({ authorities: authority.roots(), digest: authority.trustDigest(), signer: authority.signer() }),
    proofs: authority,
    inventoryChanged: () => {},
    now,
  });
  const vault = new Vault(stores.secrets, testKey());
  const fleet = {
    stores,
    commit,
    library: madeUpLibrary,
    verdicts: new Verdicts(),
    secrets: vault,
    wakeHosts: (hosts: readonly string[]) => sessions.wake(hosts),
    now,
  };
  // What the API calls "internal" is a bug wherever it happens.
  const bugs: object[] = [];
  const deps = depsOf(state, sessions, { fleet, vault }, directory.path, bugs);
  writeFileSync(join(directory.path, 'index.html'), '<!doctype html><title>promfleet</title>\n');
  writeFileSync(join(directory.path, 'app.js'), 'export {};\n');
  const socket = join(directory.path, 'control.sock');
  const { certificate: cert, key } = await authority.serverCertificate();
  const http = await serveHttp(deps, {
    socket,
    https: { host: '127.0.0.1', port: 0 },
    page: { port: 0 },
    certificate: () => ({ cert, key }),
  });
  const connections = new Map<string, ReturnType<Sessions['open']>>();
  return {
    state,
    deps,
    vault,
    http,
    socket,
    directory: directory.path,
    ca: cert.slice(cert.indexOf('-----BEGIN CERTIFICATE-----', 10)),
    credential: (role, name = role) => createOperator(deps, { name, role, lastsMs: 3_600_000 }, 'test').credential,
    enrol: (name) => enrolHost(state, name),
    connect(host, hear = () => {}) {
      const connection = sessions.open(host, { say: hear, end: () => {} });
      connections.set(host, connection);
      connection.hear({ kind: 'report', report: hostReport() });
      return connection;
    },
    report: (host, patch) => connections.get(host)?.hear({ kind: 'report', report: hostReport(patch) }),
    async [Symbol.asyncDispose]() {
      await http[Symbol.asyncDispose]();
      assert.deepEqual(bugs, []);
      state[Symbol.dispose]();
      directory[Symbol.dispose]();
    },
  };
}

const INSTALLER = fileURLToPath(new URL('../../installers/install-agent.sh', import.meta.url));
const PROGRAMS = fileURLToPath(new URL('../fixtures/programs/agreeable/', import.meta.url));

const madeUpLibrary: Library = {
  obtain: ({ component, version = component.version, arch }) => {
    const made = { ...release, component: component.name, version, arch };
    return Promise.resolve({ ...made, source: 'mirror', fetchedAtMs: 0 });
  },
  // A folder of programs that take every flag and say nothing.
  unpacked: () => Promise.resolve(PROGRAMS),
};

function enrolHost({ stores, authority, now }: ControllerState, name: string): void {
  stores.hosts.insert({
    name,
    keyFingerprint: name,
    certificateUntil: now() + 1e9,
    certificateAuthority: authority.signer(),
    tokenLabels: { from: 'token' },
    labels: {},
    facts: { ...facts, hostname: name },
    enrolledAt: now(),
    enrolledBy: 't1',
    lastSeenAt: undefined,
    removedAt: undefined,
  });
}

function depsOf(
  state: ControllerState,
  sessions: Sessions,
  secrets: SecretsDeps,
  directory: string,
  bugs: object[],
): HttpDeps {
  const { stores, commit, stream, authority, now } = state;
  const { fleet } = secrets;
  return {
    version: '0.1.0',
    startedAtMs: now(),
    stores,
    commit,
    stream,
    sessions,
    pageDirectory: directory,
    now,
    fleet: {
      preview: (request) => previewFleet(fleet, request),
      apply: (request, actor) => applyFleet(fleet, request, actor),
      previewUndo: (to) => previewUndo(fleet, to),
      undo: (to, actor, base) => undoFleet(fleet, to, actor, base),
      setStopped: (hosts, unit, stopped, actor) => setStopped(fleet, hosts, unit, stopped, actor),
      select: (selector) => selectUnits(stores, selector),
      targets: (asked) => new OutsideTargets(stores).find(asked),
    },
    secrets: {
      list: () => listSecrets(secrets),
      set: (name, value, actor) => setSecret(secrets, name, value, actor),
      rotate: (name, value, actor) => rotateSecret(secrets, name, value, actor),
      remove: (name, actor) => removeSecret(secrets, name, actor),
    },
    inventory: {
      createToken: (request, actor) => createToken(state, request, actor, randomBytes),
      revokeToken: (id, actor) => revokeToken(state, id, actor),
      label: (host, labels, actor) => labelHost(state, host, labels, actor),
      remove: (host, actor) => removeHost(state, host, actor),
    },
    authority: {
      pin: authority.pin,
      serverPin: () => authority.serverPin(),
      status: () => authority.status(),
      rotate: (actor) => rotateAuthority(state, actor),
      finish: (actor) => finishRotation(state, actor),
    },
    enrolAddress: () => 'controller.example:9442',
    lastBackup: () => ({ atMs: 1_764_000_000_000, size: 4_096 }),
    apiUrl: () => 'https://controller.example:9440',
    downloads: new Downloads(join(directory, 'downloads'), INSTALLER, () => ({
      version: '0.1.0',
      urls: ['https://controller.example:9440'],
      pin: authority.serverPin(),
      ca: authority.pin(),
      enrolAddress: 'controller.example:9442',
    })),
    log: { error: (detail) => void bugs.push(detail) },
  };
}
