import { createPrivateKey, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { connect, type DetailedPeerCertificate, type TLSSocket } from 'node:tls';
import { sha256 } from '../proto/digest.ts';
import { Fault, messageOf } from '../proto/fault.ts';
import type { Enrolled__Output } from '../proto/gen/promfleet/v1/Enrolled.ts';
import type { HostFacts } from '../proto/report.ts';
import type { EnrolmentOptions } from './config.ts';
import { createKey, createRequest } from './csr.ts';
import { writeAtomically } from './state/atomic-file.ts';
import { type AgentIdentity, IdentityFile, toPem } from './state/identity-file.ts';
import { makeStateDirectory } from './state/state-directory.ts';
import { enrolmentClient, reach, unary } from './uplink/channel.ts';
import { renewLapsed } from './uplink/renew.ts';
import { AGENT_VERSION } from './version.ts';

const TIMEOUT_MS = 15_000;

export interface EnrolRequest {
  readonly state: string;
  readonly options: EnrolmentOptions;
  readonly token: string;
  readonly facts: HostFacts;
  readonly now: () => number;
}

/**
 * Joins this host to its controller: the key is made here and stays here. Enrolled already: says as whom, and changes nothing; but a
 * host that its controller does not admit any more joins anew, with the key that it has.
 */
export async function enrolHost({
  state,
  options,
  token,
  facts,
  now,
}: EnrolRequest): Promise<{ host: string; isNew: boolean }> {
  const file = new IdentityFile(state);
  const present = file.read();
  if (present) {
    requireSameController(present, options);
    if (await isAdmitted(present, options, file, now())) return { host: present.host, isNew: false };
  }
  if (token === '') throw noToken();
  const root = await pinnedRoot(options, now());
  // The same key when an answer was lost: the controller then knows that it is the same host.
  const keyPem = present?.key ?? (await keptKey(state));
  const client = enrolmentClient(options.controller, [toPem(root)]);
  try {
    await reach(client, options.controller);
    const csrDer = createRequest(createPrivateKey(keyPem), options.name || facts.hostname);
    const request = { token, csrDer, facts, name: options.name, atMs: now(), agentVersion: AGENT_VERSION };
    const answer = await unary<Enrolled__Output>((done) =>
      client.enrol(request, { deadline: Date.now() + TIMEOUT_MS }, done),
    );
    await file.write(identityFrom(answer, keyPem, options));
    await rm(keyPath(state), { force: true });
    return { host: answer.host, isNew: true };
  } finally {
    client.close();
  }
}

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
  { controller }: EnrolmentOptions,
  file: IdentityFile,
  now: number,
): Promise<boolean> {
  try {
    await file.write(await renewLapsed(controller, identity, now));
    return true;
  } catch (error) {
    if (error instanceof Fault && error.code === 'denied') return false;
    if (error instanceof Fault && error.code === 'unavailable') return true;
    throw error;
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
  return {
    host: answer.host,
    key,
    certificate: toPem(answer.certificateDer),
    authorities: answer.caDer.map(toPem),
    sessions: [options.session || `${options.controller.slice(0, cut)}:${port}`],
    enrolments: [options.controller],
  };
}

/** The root behind whoever answers there, once its fingerprint is the one that we were given. */
async function pinnedRoot({ controller, pin }: EnrolmentOptions, now: number): Promise<Buffer> {
  const chain = await chainOf(controller);
  const root = chain.at(-1)?.raw;
  const found = root ? sha256(root) : '(none)';
  if (!root || found !== pin) {
    throw new Fault(
      'denied',
      `cannot enrol: wrong CA: ${controller} answers with sha256:${found}, and sha256:${pin} was given`,
      {
        hint: 'is the address right, and is the fingerprint this controller’s? "promfleet token create" prints both',
      },
    );
  }
  const [leaf] = chain as [DetailedPeerCertificate];
  if (now < Date.parse(leaf.valid_from) || now > Date.parse(leaf.valid_to)) {
    throw new Fault(
      'invalid',
      `cannot enrol: this host’s clock says ${new Date(now).toISOString()}, and the controller’s certificate is valid from ${new Date(leaf.valid_from).toISOString()} to ${new Date(leaf.valid_to).toISOString()}`,
      {
        hint: 'set the clock of this host (or the controller’s, if that one is wrong), then try again',
      },
    );
  }
  return root;
}

/** The certificates that a server shows, its own first. Nothing is believed yet. */
async function chainOf(address: string): Promise<DetailedPeerCertificate[]> {
  const { hostname, port } = new URL(`tcp://${address}`);
  const socket: TLSSocket = connect({
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port),
    servername: 'promfleet-controller',
    ALPNProtocols: ['h2'],
    rejectUnauthorized: false,
  });
  try {
    await once(socket, 'secureConnect', { signal: AbortSignal.timeout(TIMEOUT_MS) });
    const chain = [socket.getPeerCertificate(true)];
    for (
      let last = chain[0];
      last?.issuerCertificate && last.issuerCertificate !== last;
      last = last.issuerCertificate
    ) {
      chain.push(last.issuerCertificate);
    }
    return chain;
  } catch (error) {
    throw new Fault('unavailable', `cannot reach the controller at ${address}: ${messageOf(error)}`, {
      hint: 'is it running, and does no firewall stand between? It is the enrolment port that is needed here',
      cause: error,
    });
  } finally {
    socket.destroy();
  }
}
