import { join } from 'node:path';
import {
  type ClientDuplexStream,
  type ClientOptions,
  credentials,
  status as Status,
  type StatusObject,
} from '@grpc/grpc-js';
import pino from 'pino';
import { toPem } from '../../controller/enrolment/certificates.ts';
import { type Rpc, serveRpc } from '../../controller/rpc/server.ts';
import { Sessions } from '../../controller/sessions/sessions.ts';
import { type Fault, statusToFault } from '../../proto/fault.ts';
import type { AgentMessage } from '../../proto/gen/promfleet/v1/AgentMessage.ts';
import type { ControllerMessage__Output } from '../../proto/gen/promfleet/v1/ControllerMessage.ts';
import type { Enrolled__Output } from '../../proto/gen/promfleet/v1/Enrolled.ts';
import {
  type AgentSays,
  type ControllerSays,
  type Controllers,
  readControllerMessage,
  writeAgentMessage,
} from '../../proto/message.ts';
import type { HostReport } from '../../proto/report.ts';
import { writeFacts } from '../../proto/report.ts';
import { MAX_MESSAGE_BYTES, services } from '../../proto/services.ts';
import { type ControllerState, makeKey, openControllerState, type TestKey } from './open-controller-state.ts';
import { facts, hostReport } from './samples.ts';

const CLIENT_OPTIONS: ClientOptions = {
  'grpc.ssl_target_name_override': 'promfleet-controller',
  'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
};

export interface TestRpc extends AsyncDisposable {
  readonly state: ControllerState;
  readonly sessions: Sessions;
  readonly rpc: Rpc;
  /** How often the fleet was said to resolve differently. */
  readonly inventoryChanges: () => number;
  enrol(name: string): Promise<TestAgent>;
}

/** The controller's gRPC side, whole and real, on free ports. `archives`: a folder of release archives by digest. */
export async function serveTestRpc(
  options: { state?: ControllerState; archives?: string; host?: string; names?: readonly string[] } = {},
): Promise<TestRpc> {
  const state = options.state ?? (await openControllerState());
  const { stores, commit, stream, authority, now } = state;
  let changes = 0;
  const inventoryChanged = () => void changes++;
  const trust = () => ({ authorities: authority.roots(), digest: authority.trustDigest(), signer: authority.signer() });
  const reached: { at?: Controllers } = {};
  const sessions = new Sessions({
    stores,
    commit,
    publish: (live) => stream.publish(live),
    trust,
    proofs: authority,
    controllers: () => reached.at,
    inventoryChanged,
    now,
  });
  const rpc = await serveRpc({
    host: options.host ?? '127.0.0.1',
    names: options.names ?? [],
    sessionPort: 0,
    enrolmentPort: 0,
    authority,
    stores,
    commit,
    sessions,
    archivePath: (sha256) => join(options.archives ?? '/nonexistent', sha256),
    fill: (_, says) => says,
    inventoryChanged,
    now,
    log: pino({ level: 'silent' }),
  });
  reached.at = rpc.controllers;
  const agents: TestAgent[] = [];
  return {
    state,
    sessions,
    rpc,
    inventoryChanges: () => changes,
    async enrol(name) {
      const key = await makeKey();
      const enrolled = await callEnrolment(rpc, state, (client, answer) => {
        void key
          .csr()
          .then((csrDer) =>
            client.enrol(
              { token: state.token().token, csrDer, name, facts: writeFacts(facts), atMs: state.now() },
              answer,
            ),
          );
      });
      const agent = new TestAgent(rpc, key, enrolled);
      agents.push(agent);
      return agent;
    },
    async [Symbol.asyncDispose]() {
      for (const agent of agents) agent.close();
      await rpc[Symbol.asyncDispose]();
      // Whoever brought it, keeps it.
      if (!options.state) state[Symbol.dispose]();
    },
  };
}

type EnrolmentClient = InstanceType<typeof services.Enrolment>;
type EnrolmentAnswer = (error: StatusObject | null, value?: Enrolled__Output) => void;

/** One call to the enrolment port, by someone who trusts this controller's roots. */
export function callEnrolment(
  rpc: Pick<Rpc, 'enrolmentPort'>,
  { authority }: Pick<ControllerState, 'authority'>,
  call: (client: EnrolmentClient, answer: EnrolmentAnswer) => void,
): Promise<Enrolled__Output> {
  const ca = Buffer.from(authority.roots().map(toPem).join(''));
  const client = new services.Enrolment(`localhost:${rpc.enrolmentPort}`, credentials.createSsl(ca), CLIENT_OPTIONS);
  return new Promise<Enrolled__Output>((resolve, reject) =>
    call(client, (error, value) => (error ? reject(statusToFault(error)) : resolve(value as Enrolled__Output))),
  ).finally(() => client.close());
}

const toPemKey = async (key: TestKey): Promise<Buffer> => {
  const der = Buffer.from(await crypto.subtle.exportKey('pkcs8', key.keys.privateKey));
  return Buffer.from(`-----BEGIN PRIVATE KEY-----\n${der.toString('base64')}\n-----END PRIVATE KEY-----\n`);
};

/** The wire side of an agent, and nothing of its mind: says what a test says, remembers what it hears. */
export class TestAgent {
  readonly key: TestKey;
  identity: Pick<Enrolled__Output, 'certificateDer' | 'caDer'>;
  readonly #rpc: Pick<Rpc, 'sessionPort'>;
  readonly #clients: InstanceType<typeof services.Session>[] = [];

  constructor(
    rpc: Pick<Rpc, 'sessionPort'>,
    key: TestKey,
    identity: Pick<Enrolled__Output, 'certificateDer' | 'caDer'>,
  ) {
    this.#rpc = rpc;
    this.key = key;
    this.identity = identity;
  }

  async client(): Promise<InstanceType<typeof services.Session>> {
    const { caDer, certificateDer } = this.identity;
    const ca = Buffer.from(caDer.map(toPem).join(''));
    const tls = credentials.createSsl(ca, await toPemKey(this.key), Buffer.from(toPem(certificateDer)));
    const client = new services.Session(`localhost:${this.#rpc.sessionPort}`, tls, CLIENT_OPTIONS);
    this.#clients.push(client);
    return client;
  }

  /** A session, its first report said. */
  async connect(report: Partial<HostReport> = {}): Promise<TestSession> {
    const session = new TestSession((await this.client()).connect());
    session.report(report);
    return session;
  }

  async renew(): Promise<void> {
    const [client, csrDer] = [await this.client(), await this.key.csr()];
    this.identity = await new Promise((resolve, reject) =>
      client.renewCertificate({ csrDer }, (error, value) =>
        value ? resolve(value) : reject(statusToFault(error ?? {})),
      ),
    );
  }

  async fetch(sha256: string, offset = 0): Promise<Buffer> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of (await this.client()).fetchRelease({ sha256, offset })) {
        chunks.push((chunk as { data: Buffer }).data);
      }
    } catch (error) {
      throw statusToFault(error as StatusObject);
    }
    return Buffer.concat(chunks);
  }

  close(): void {
    for (const client of this.#clients) client.close();
  }
}

export class TestSession {
  readonly #call: ClientDuplexStream<AgentMessage, ControllerMessage__Output>;
  readonly heard: ControllerSays[] = [];
  /** How it ended. */
  readonly ended: Promise<Fault | undefined>;

  constructor(call: ClientDuplexStream<AgentMessage, ControllerMessage__Output>) {
    this.#call = call;
    call.on('data', (message: ControllerMessage__Output) => this.heard.push(readControllerMessage(message)));
    call.on('error', () => {});
    this.ended = new Promise((resolve) =>
      call.on('status', (status) => resolve(status.code === Status.OK ? undefined : statusToFault(status))),
    );
  }

  say(says: AgentSays): void {
    this.#call.write(writeAgentMessage(says));
  }
  report(patch: Partial<HostReport> = {}): void {
    this.say({ kind: 'report', report: hostReport(patch) });
  }
  /** Half-closes, as an agent that stops does. */
  end(): void {
    this.#call.end();
  }
  /** Goes without a word. */
  cancel(): void {
    this.#call.cancel();
  }
  of<K extends ControllerSays['kind']>(kind: K): Extract<ControllerSays, { kind: K }>[] {
    return this.heard.filter((says): says is Extract<ControllerSays, { kind: K }> => says.kind === kind);
  }
}
