import { createHash, X509Certificate } from 'node:crypto';
import { connect, type DetailedPeerCertificate } from 'node:tls';
import { Fault } from '../../proto/fault.ts';
import { CONTROLLER_NAME } from './client.ts';
import { explainFailure } from './unreachable.ts';

export interface PresentedRoot {
  readonly pem: string;
  /** `sha256:<hex>`, as the controller shows it. */
  readonly pin: string;
}

/** The root that a controller presents. Nothing of it is trusted until its fingerprint was compared. */
export async function fetchRoot(host: string, port: number): Promise<PresentedRoot> {
  const { promise, resolve, reject } = Promise.withResolvers<DetailedPeerCertificate>();
  const socket = connect({ host, port, servername: CONTROLLER_NAME, rejectUnauthorized: false, timeout: 10_000 }, () =>
    resolve(socket.getPeerCertificate(true)),
  );
  socket.on('error', reject);
  socket.on('timeout', () => socket.destroy(Object.assign(new Error('it does not answer'), { code: 'ETIMEDOUT' })));
  try {
    return rootOf(await promise, `${host}:${port}`);
  } catch (error) {
    throw error instanceof Fault ? error : explainFailure(error, `${host}:${port}`);
  } finally {
    socket.destroy();
  }
}

function rootOf(leaf: DetailedPeerCertificate, where: string): PresentedRoot {
  let top = leaf;
  while (top.issuerCertificate && top.issuerCertificate !== top) top = top.issuerCertificate;
  const certificate = top.raw && new X509Certificate(top.raw);
  if (!certificate?.ca) {
    throw new Fault('unavailable', `cannot log in to ${where}: it presents no certificate authority`, {
      hint: 'is that the HTTPS port of a promfleet controller, 9440 unless it was told otherwise?',
    });
  }
  return { pem: certificate.toString(), pin: `sha256:${createHash('sha256').update(top.raw).digest('hex')}` };
}
