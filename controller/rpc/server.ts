import { isIPv6 } from 'node:net';
import { logVerbosity, Server, type ServerCredentials, setLogVerbosity } from '@grpc/grpc-js';
import type { ControllerSays, Controllers } from '../../proto/message.ts';
import { MAX_MESSAGE_BYTES, services } from '../../proto/services.ts';
import type { Authority } from '../enrolment/authority.ts';
import type { Commit } from '../events/commit.ts';
import { listenFault } from '../listen-fault.ts';
import type { Log } from '../log.ts';
import type { Sessions } from '../sessions/sessions.ts';
import type { Stores } from '../store/stores.ts';
import { Calls } from './calls.ts';
import { controllersAt } from './controllers.ts';
import { enrolmentHandlers } from './enrolment.ts';
import { sessionService } from './fetch-release.ts';
import { LiveCertificates } from './live-certificates.ts';
import { sessionHandlers } from './session.ts';

const RENEWAL_CHECK_MS = 3_600_000;

export interface RpcOptions {
  /** Address to listen on. */
  readonly host: string;
  /** All that agents may reach us by. */
  readonly names: readonly string[];
  /** 0: any free one. */
  readonly sessionPort: number;
  readonly enrolmentPort: number;
  readonly authority: Authority;
  readonly stores: Stores;
  readonly commit: Commit;
  readonly sessions: Sessions;
  readonly archivePath: (sha256: string) => string | Promise<string>;
  /** Puts the values of secrets into a spec on its way; undefined: it can't be sent. */
  readonly fill: (host: string, says: ControllerSays) => ControllerSays | undefined;
  /** A host enrolled: the fleet may resolve differently. */
  readonly inventoryChanged: () => void;
  readonly now: () => number;
  readonly log: Log;
}

export interface Rpc extends AsyncDisposable {
  readonly sessionPort: number;
  readonly enrolmentPort: number;
  /** Where agents reach us. */
  readonly controllers: Controllers;
  /** After the authority changed: new connections meet the new certificates, connected agents are told. */
  rebind(): Promise<void>;
}

// A peer that vanished without a word is noticed within 20 s.
const SERVER_OPTIONS = {
  'grpc.keepalive_time_ms': 10_000,
  'grpc.keepalive_timeout_ms': 10_000,
  'grpc.keepalive_permit_without_calls': 1,
  // The longest that an agent says is an answer of 16 MiB.
  'grpc.max_receive_message_length': 24 * 1024 * 1024,
  'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
  'grpc.max_concurrent_streams': 64,
} as const;

/** Whoever is not enrolled yet has little to say: a token, a signing request, a few facts. */
const STRANGERS_OPTIONS = {
  ...SERVER_OPTIONS,
  'grpc.max_receive_message_length': 64 * 1024,
  'grpc.max_concurrent_streams': 4,
  'grpc.max_connection_idle_ms': 30_000,
  'grpc.max_connection_age_ms': 120_000,
  'grpc.max_connection_age_grace_ms': 30_000,
} as const;

/** How agents reach us: one port for those with a certificate, one for those without. */
export async function serveRpc(options: RpcOptions): Promise<Rpc> {
  const { authority, stores, commit, sessions, now, log } = options;
  // What it has to say comes back as an error as well, and is told in our words.
  setLogVerbosity(logVerbosity.NONE);
  const certificates = new LiveCertificates(authority);
  await certificates.refresh();
  const calls = new Calls();
  const enrolment = { stores, commit, authority, now };
  const session = new Server(SERVER_OPTIONS);
  session.addService(sessionService, sessionHandlers({ ...options, enrolment, calls }));
  const enrol = new Server(STRANGERS_OPTIONS);
  await using life = new AsyncDisposableStack();
  life.defer(() => calls.settled());
  life.defer(() => session.forceShutdown());
  life.defer(() => enrol.forceShutdown());
  life.defer(() => sessions.stop());
  const sessionPort = await bind(session, options.host, options.sessionPort, certificates.mutual());
  const controllers = () => ({ ...controllersAt(options.names, sessionPort, enrolmentPort), sessionPort });
  enrol.addService(services.Enrolment.service, enrolmentHandlers({ ...options, enrolment, calls, controllers }));
  const enrolmentPort = await bind(enrol, options.host, options.enrolmentPort, certificates.serverOnly());
  const renewal = setInterval(() => {
    certificates.refresh().catch((error: unknown) => log.error({ err: error }, 'cannot renew the server certificate'));
  }, RENEWAL_CHECK_MS);
  life.defer(() => clearInterval(renewal));
  const running = life.move();
  return {
    sessionPort,
    enrolmentPort,
    controllers: controllersAt(options.names, sessionPort, enrolmentPort),
    async rebind() {
      await certificates.refresh();
      sessions.wakeTrust();
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

function bind(server: Server, host: string, port: number, credentials: ServerCredentials): Promise<number> {
  const address = `${isIPv6(host) ? `[${host}]` : host}:${port}`;
  return new Promise((resolve, reject) => {
    server.bindAsync(address, credentials, (error, bound) => {
      if (!error) return resolve(bound);
      reject(listenFault(error, address, '--session-port or --enrolment-port'));
    });
  });
}
