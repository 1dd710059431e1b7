import { createPrivateKey, X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { sha256 } from '../proto/digest.ts';
import { Fault } from '../proto/fault.ts';
import type { Enrolled__Output } from '../proto/gen/promfleet/v1/Enrolled.ts';
import { type HostFacts, writeFacts } from '../proto/report.ts';
import type { EnrolmentOptions } from './config.ts';
import { createKey, createRequest } from './csr.ts';
import { writeAtomically } from './state/atomic-file.ts';
import { isAddress, preferring } from './state/controllers.ts';
import { type AgentIdentity, IdentityFile, isCopied, toPem } from './state/identity-file.ts';
import { makeStateDirectory } from './state/state-directory.ts';
import { enrolmentClient, reach, unary } from './uplink/channel.ts';
import { blameClock } from './uplink/controller-clock.ts';
import { renewLapsed } from './uplink/renew.ts';
import { connectUnverified } from './uplink/unverified.ts';
import { AGENT_VERSION } from './version.ts';

const TIMEOUT_MS = 15_000;

export interface EnrolRequest {
  readonly state: string;
  readonly options: EnrolmentOptions;
  readonly token: string;
  readonly facts: HostFacts;
  /** '': this machine keeps none. */
  readonly machineId: string;
  readonly now: () => number;
}

/**
 * Joins this host to its controller: the key is made here and stays here. Enrolled already: says as whom, and changes nothing; but a
 * host that its controller does not admit any more joins anew, with the key that it has. What came with a copied disk is the
 * identity of another machine: this one makes a key of its own.
 */
export async function enrolHost(request: EnrolRequest): Promise<{ host: string; isNew: boolean }> {
  const { state, options, token, machineId } = request;
  const file = new IdentityFile(state);
  const present = file.read();
  if (present) requireSameController(present, options);
  const isCopy = present !== undefined && isCopied(present, machineId) && !options.sameMachine;
  const kept = isCopy || options.newIdentity ? undefined : present;
  if (kept && (await isAdmitted({ ...kept, machineId }, file, request))) return { host: kept.host, isNew: false };
  if (token === '') throw isCopy ? copied(present.host) : noToken();
  // The same key when an answer was lost: the controller then knows that it is the same host.
  const keyPem = kept?.key ?? (await keptKey(state));
  const identity = await join(request, keyPem);
  await file.write(identity);
  await rm(keyPath(state), { force: true });
  return { host: identity.host, isNew: true };
}

async function join({ options, token, facts, machineId, now }: EnrolRequest, keyPem: string): Promise<AgentIdentity> {
  const { controller, name } = options;
  const authorities = [toPem(await pinnedRoot(options))];
  const client = enrolmentClient(controller, authorities);
  try {
    await reach(client, controller).catch(async (error) => {
      await blameClock(error, 'enrol', { addresses: [controller], authorities, now });
      throw error;
    });
    const csrDer = createRequest(createPrivateKey(keyPem), name || facts.hostname);
    const request = { token, csrDer, facts: writeFacts(facts), name, atMs: now(), agentVersion: AGENT_VERSION };
    const answer = await unary<Enrolled__Output>((done) =>
      client.enrol(request, { deadline: Date.now() + TIMEOUT_MS }, done),
    );
    return { ...identityFrom(answer, keyPem, options), machineId };
  } finally {
    client.close();
  }
}

const copied = (host: string): Fault =>
  new Fault('conflict', `cannot enrol: what this machine has is a copy of the identity of ${host}`, {
    hint: 'with a join token it becomes a host of its own; is it that very machine and only /etc/machine-id was made anew: --same-machine',
  });

const noToken = (): Fault =>
  new Fault('invalid', 'cannot enrol: no join token was given', {
    hint: 'it comes in PROMFLEET_TOKEN or on standard input; "promfleet token create" prints the whole line',
  });

/** What runs here belongs to one controller: another one takes it over only when someone has let go of it. */
function requireSameController(
  { host, authorities, enrolments }: AgentIdentity,
  { controller, pin }: EnrolmentOptions,
) {
  const known = authorities.map((root) => sha256(new X509Certificate(root).raw));
  if (known.includes(pin)) return;
  const other = `the controller at ${enrolments.join(', ')}, whose CA is sha256:${known[0]}`;
  throw new Fault(
    'conflict',
    `cannot enrol with ${controller}: this host is enrolled already, as ${host}, with ${other}; sha256:${pin} was given`,
    { hint: 'end its agent and run "promfleet-agent uninstall" first, or give this one a home of its own with --home' },
  );
}

/** Asked by proof of the key, which also renews the certificate. A controller that does not answer has not said no. */
async function isAdmitted(
  identity: AgentIdentity,
  file: IdentityFile,
  { options, now }: EnrolRequest,
): Promise<boolean> {
  try {
    await file.write(await renewLapsed([options.controller], identity, now));
    return true;
  } catch (error) {
    if (error instanceof Fault && error.code === 'denied') return false;
    if (!(error instanceof Fault && error.code === 'unavailable')) throw error;
    await file.write(identity);
    return true;
  }
}

const keyPath = (state: string): string => `${state}/enrolment-key.pem`;

async function keptKey(state: string): Promise<string> {
  makeStateDirectory(state);
  const path = keyPath(state);
  if (existsSync(path)) return readFileSync(path, 'utf8');
  const pem = createKey().export({ type: 'pkcs8', format: 'pem' }) as string;
  await writeAtomically(path, pem, { mode: 0o600 });
  return pem;
}

function identityFrom(answer: Enrolled__Output, key: string, options: EnrolmentOptions): AgentIdentity {
  const cut = options.controller.lastIndexOf(':');
  const port = answer.sessionPort || Number(options.controller.slice(cut + 1)) - 1;
  const first = options.session || `${options.controller.slice(0, cut)}:${port}`;
  return {
    host: answer.host,
    key,
    certificate: toPem(answer.certificateDer),
    authorities: answer.caDer.map(toPem),
    sessions: preferring(first, answer.sessions.filter(isAddress)),
    enrolments: preferring(options.controller, answer.enrolments.filter(isAddress)),
  };
}

/** The root behind whoever answers there, once its fingerprint is the one that we were given. */
async function pinnedRoot({ controller, pin }: EnrolmentOptions): Promise<Buffer> {
  const { socket, chain } = await connectUnverified(controller, TIMEOUT_MS);
  socket.destroy();
  const root = chain.at(-1)?.raw;
  const found = root ? sha256(root) : '(none)';
  if (root && found === pin) return root;
  throw new Fault(
    'denied',
    `cannot enrol: wrong CA: ${controller} answers with sha256:${found}, and sha256:${pin} was given`,
    { hint: 'is the address right, and is the fingerprint this controller’s? "promfleet token create" prints both' },
  );
}
