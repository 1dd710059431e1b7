import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { isIPv6 } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Controllers } from '../proto/message.ts';
import { readLastBackup } from './backup/last-backup.ts';
import { refuseUnfinishedRestore } from './backup/restore.ts';
import { coalesce } from './coalesce.ts';
import type { Config } from './config.ts';
import { Downloads } from './downloads/downloads.ts';
import { openAuthority } from './enrolment/authority.ts';
import { createToken, revokeToken } from './enrolment/create-token.ts';
import { labelHost, removeHost } from './enrolment/inventory.ts';
import { finishRotation, followRotation, rotateAuthority } from './enrolment/rotate.ts';
import { commitTo } from './events/commit.ts';
import type { Live } from './events/event.ts';
import { EventStream } from './events/stream.ts';
import { SwitchWatch } from './fleet/advance-switches.ts';
import { applyFleet } from './fleet/apply.ts';
import type { FleetDeps } from './fleet/deps.ts';
import { OutsideTargets } from './fleet/outside-targets.ts';
import { setStopped } from './fleet/override.ts';
import { previewFleet } from './fleet/preview.ts';
import { refreshFleet } from './fleet/refresh.ts';
import { sweepStages } from './fleet/run-tool.ts';
import { selectUnits } from './fleet/select-units.ts';
import { previewUndo, undoFleet } from './fleet/undo.ts';
import { Verdicts } from './fleet/verdicts.ts';
import type { HttpDeps } from './http/deps.ts';
import { type HttpServer, serveHttp } from './http/server.ts';
import { holdInstanceLock } from './instance-lock.ts';
import type { Log } from './log.ts';
import { ReleaseLibrary } from './releases/library.ts';
import { openNetwork } from './releases/network.ts';
import { type Rpc, serveRpc } from './rpc/server.ts';
import { fillSpecs } from './secrets/fill-spec.ts';
import { openVault } from './secrets/open-vault.ts';
import { listSecrets, removeSecret, rotateSecret, setSecret } from './secrets/set-secret.ts';
import type { Vault } from './secrets/vault.ts';
import { Sessions } from './sessions/sessions.ts';
import { openDatabase } from './store/database.ts';
import { openStores } from './store/stores.ts';
import { VERSION } from './version.ts';

const CERTIFICATE_CHECK_MS = 3_600_000;
const ENDPOINT_CHECK_MS = 1_000;

export interface RunningController {
  readonly rpc: Rpc;
  readonly http: HttpServer;
}

/** Wires the controller. Everything that it starts belongs to `life`, which ends it last-started-first. */
export async function startController(
  config: Config,
  log: Log,
  life: AsyncDisposableStack,
): Promise<RunningController> {
  mkdirSync(config.directory, { recursive: true, mode: 0o700 });
  life.use(await holdInstanceLock(join(config.directory, 'controller.lock')));
  refuseUnfinishedRestore(config.directory);
  sweepStages();
  const now = Date.now;
  const db = life.adopt(openDatabase(join(config.directory, 'promfleet.db')), (open) => void open.close());
  const stores = openStores(db);
  const stream = new EventStream<Live>();
  const commit = commitTo(db, stream);
  const authority = await openAuthority({
    directory: join(config.directory, 'pki'),
    names: config.names,
    now,
    randomBytes,
    mustExist: stores.hosts.all().length > 0,
  });
  const vault = await openVault({
    directory: config.directory,
    command: config.secretsKeyCommand,
    store: stores.secrets,
    commit,
    log,
  });
  const ending = life.adopt(new AbortController(), (controller) => controller.abort());
  const library = new ReleaseLibrary({
    directory: config.directory,
    releases: stores.releases,
    commit,
    now,
    onDownload: (what, done, total) => stream.publish({ type: 'download', what, done, total }),
    network: openNetwork(process.env, ending.signal),
  });
  const verdicts = new Verdicts();
  const fleet: FleetDeps = {
    stores,
    commit,
    library,
    verdicts,
    secrets: vault,
    wakeHosts: (hosts) => sessions.wake(hosts),
    ask: async (host, unit, path, timeoutMs) => {
      const port = unit.ports[0]?.number ?? 0;
      const tls = (unit.tls?.names.length ?? 0) > 0;
      const { status, body } = await sessions.ask(host, { unit: unit.name, port, path, tls }, timeoutMs);
      return status === 200 ? Buffer.from(body).toString('utf8') : undefined;
    },
    now,
  };
  const inventoryChanged = coalesce(
    () => refreshFleet(fleet, 'the inventory changed'),
    (error) => log.error({ err: error }, 'cannot resolve the fleet anew'),
  );
  const reached: { at?: Controllers } = {};
  const sessions = new Sessions({
    stores,
    commit,
    publish: (live) => stream.publish(live),
    trust: () => ({
      authorities: authority.roots(),
      digest: authority.trustDigest(),
      signer: authority.signer(),
      tls: authority.tls(),
    }),
    proofs: authority,
    controllers: () => reached.at,
    inventoryChanged,
    now,
  });
  const shared = { stores, commit, authority, sessions, now, log };
  const rpc = life.use(
    await serveRpc({
      ...shared,
      host: config.listen,
      names: config.names,
      sessionPort: config.sessionPort,
      enrolmentPort: config.enrolmentPort,
      archivePath: (sha256) => library.kept(sha256),
      fill: fillSpecs(vault, log),
      inventoryChanged,
    }),
  );
  reached.at = rpc.controllers;
  life.use(keepEndpoints({ ...shared, fleet }));
  const http = await startHttp(config, { ...shared, stream, fleet, vault, rpc, inventoryChanged }, life);
  commit((record) =>
    record({ at: now(), kind: 'ControllerStarted', host: '', unit: '', message: `controller ${VERSION} started` }),
  );
  log.info(
    { ...ports(rpc, http), directory: config.directory, socket: config.socket, ca: authority.pin() },
    'controller is up',
  );
  return { rpc, http };
}

/** What changes step by step, each once the one before is confirmed: how units are reached, and who signs their certificates. */
function keepEndpoints({ stores, authority, sessions, fleet, log }: KeptParts): Disposable {
  const switches = new SwitchWatch(fleet);
  const look = async () => {
    await switches.look();
    if (await followRotation({ stores, authority })) sessions.wakeTrust();
  };
  const timer = setInterval(() => {
    look().catch((error: unknown) => log.error({ err: error }, 'cannot go on with how endpoints are reached'));
  }, ENDPOINT_CHECK_MS);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

type KeptParts = Pick<HttpParts, 'stores' | 'authority' | 'sessions' | 'fleet' | 'log'>;

interface HttpParts extends Pick<HttpDeps, 'stores' | 'commit' | 'stream' | 'now'> {
  readonly authority: Awaited<ReturnType<typeof openAuthority>>;
  readonly sessions: Sessions;
  readonly fleet: FleetDeps;
  readonly vault: Vault;
  readonly rpc: Rpc;
  readonly log: Log;
  readonly inventoryChanged: () => void;
}

async function startHttp(config: Config, parts: HttpParts, life: AsyncDisposableStack): Promise<HttpServer> {
  const { authority, fleet, rpc } = parts;
  let server = await authority.serverCertificate();
  const apiUrl = () => `https://${hostOf(config)}:${http.httpsPort}`;
  const http = life.use(
    await serveHttp(httpDeps(config, parts, { authorityChanged: renew, apiUrl }), {
      socket: config.socket,
      https: { host: config.listen, port: config.apiPort },
      ...(config.pagePort === undefined ? {} : { page: { port: config.pagePort } }),
      certificate: () => ({ key: server.key, cert: server.certificate }),
    }),
  );
  async function renew(): Promise<void> {
    server = await authority.serverCertificate();
    http.renewCertificate();
    await rpc.rebind();
  }
  const check = setInterval(() => {
    renew().catch((error: unknown) => parts.log.error({ err: error }, 'cannot renew the server certificate'));
  }, CERTIFICATE_CHECK_MS);
  life.defer(() => clearInterval(check));
  // A host may have enrolled, or a lock may have been lost, between the last commit and the last stop.
  if (fleet.stores.revisions.latest()) parts.inventoryChanged();
  return http;
}

interface HttpOwn {
  readonly authorityChanged: () => Promise<void>;
  readonly apiUrl: () => string;
}

function httpDeps(config: Config, parts: HttpParts, { authorityChanged, apiUrl }: HttpOwn): HttpDeps {
  const { stores, commit, stream, sessions, authority, fleet, rpc, log, now, inventoryChanged } = parts;
  const outside = new OutsideTargets(stores);
  const enrolAddress = () => `${hostOf(config)}:${rpc.enrolmentPort}`;
  return {
    version: VERSION,
    startedAtMs: now(),
    stores,
    commit,
    stream,
    sessions,
    log,
    now,
    fleet: {
      preview: (request) => previewFleet(fleet, request),
      apply: (request, actor) => applyFleet(fleet, request, actor),
      previewUndo: (to) => previewUndo(fleet, to),
      undo: (to, actor, base) => undoFleet(fleet, to, actor, base),
      setStopped: async (hosts, unit, stopped, actor) => setStopped(fleet, hosts, unit, stopped, actor),
      select: (selector) => selectUnits(stores, selector),
      targets: (asked) => outside.find(asked),
    },
    secrets: {
      list: () => listSecrets(parts),
      set: (name, value, actor) => setSecret(parts, name, value, actor),
      rotate: (name, value, actor) => rotateSecret(parts, name, value, actor),
      remove: (name, actor) => removeSecret(parts, name, actor),
    },
    inventory: {
      createToken: (request, actor) => createToken(parts, request, actor, randomBytes),
      revokeToken: (id, actor) => revokeToken(parts, id, actor),
      label(host, labels, actor) {
        labelHost(parts, host, labels, actor);
        inventoryChanged();
      },
      remove(host, actor) {
        removeHost(parts, host, actor);
        sessions.disconnect(host);
        inventoryChanged();
      },
    },
    authority: {
      pin: authority.pin,
      serverPin: () => authority.serverPin(),
      status: () => authority.status(),
      async rotate(actor) {
        await rotateAuthority(parts, actor);
        await authorityChanged();
      },
      async finish(actor) {
        await finishRotation(parts, actor);
        await authorityChanged();
      },
    },
    enrolAddress,
    apiUrl,
    lastBackup: () => readLastBackup(config.directory),
    downloads: new Downloads(builtFile('downloads'), builtFile('install-agent.sh'), () => ({
      version: VERSION,
      urls: [apiUrl()],
      pin: authority.serverPin(),
      ca: authority.pin(),
      enrolAddress: enrolAddress(),
    })),
    pageDirectory: builtFile('web'),
  };
}

/** Beside the bundle that runs: dist/. */
const builtFile = (name: string): string => fileURLToPath(new URL(`./${name}`, import.meta.url));

/** As it stands in an address. */
const hostOf = ({ names: [name = 'localhost'] }: Config): string => (isIPv6(name) ? `[${name}]` : name);

const ports = (rpc: Rpc, http: HttpServer) => ({
  api: http.httpsPort,
  page: http.pagePort,
  sessions: rpc.sessionPort,
  enrolment: rpc.enrolmentPort,
});
