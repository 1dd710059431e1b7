import type { Certificate__Output } from '../../proto/gen/promfleet/v1/Certificate.ts';
import type { Enrolled__Output } from '../../proto/gen/promfleet/v1/Enrolled.ts';
import { createRequest } from '../csr.ts';
import { type AgentIdentity, certificateOf, keyOf, toPem } from '../state/identity-file.ts';
import { enrolmentClient, type sessionClient, unary } from './channel.ts';
import { blameClock } from './controller-clock.ts';
import { dial } from './dial.ts';
import { type Standing, standingOf } from './renewal.ts';

type SessionClient = ReturnType<typeof sessionClient>;

export function standing(identity: AgentIdentity, now: number): Standing {
  const { validFromDate, validToDate } = certificateOf(identity);
  return standingOf(validFromDate.getTime(), validToDate.getTime(), now);
}

/** A new certificate for the same key, asked for over the session's own connection. */
export async function renewCertificate(client: SessionClient, identity: AgentIdentity): Promise<AgentIdentity> {
  const csrDer = createRequest(keyOf(identity), identity.host);
  const answer = await unary<Certificate__Output>((done) =>
    client.renewCertificate({ csrDer }, { deadline: Date.now() + 15_000 }, done),
  );
  return withCertificate(identity, answer.certificateDer, answer.caDer);
}

/** A certificate (DER) for one unit of this host. */
export async function certifyUnit(
  client: SessionClient,
  request: { readonly unit: string; readonly use: string; readonly csrDer: Uint8Array },
): Promise<Uint8Array> {
  const asked = { ...request, csrDer: Buffer.from(request.csrDer) };
  const answer = await unary<Certificate__Output>((done) =>
    client.certifyUnit(asked, { deadline: Date.now() + 15_000 }, done),
  );
  return answer.certificateDer;
}

/** The same for a certificate that lapsed: with it no session is answered, so the key alone is the proof. */
export async function renewLapsed(
  addresses: readonly string[],
  identity: AgentIdentity,
  now: () => number,
): Promise<AgentIdentity> {
  const { authorities } = identity;
  const { client } = await dial(addresses, (address) => enrolmentClient(address, authorities)).catch(async (error) => {
    await blameClock(error, 'renew the certificate', { addresses, authorities, now });
    throw error;
  });
  try {
    const csrDer = createRequest(keyOf(identity), identity.host);
    const answer = await unary<Enrolled__Output>((done) =>
      client.renewLapsed({ csrDer, atMs: now() }, { deadline: Date.now() + 15_000 }, done),
    );
    return withCertificate(identity, answer.certificateDer, answer.caDer);
  } finally {
    client.close();
  }
}

function withCertificate(
  identity: AgentIdentity,
  certificateDer: Uint8Array,
  caDer: readonly Uint8Array[],
): AgentIdentity {
  const authorities = caDer.length > 0 ? caDer.map(toPem) : identity.authorities;
  return { ...identity, certificate: toPem(certificateDer), authorities };
}
