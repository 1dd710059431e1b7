import { createPrivateKey } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createClientCertificate, createKey } from '../../proto/self-signed.ts';
import { writeAtomicallySync } from '../state/atomic-file.ts';
import { toPem } from '../state/identity-file.ts';

export interface OwnClient {
  /** PEM. */
  readonly certificate: string;
  readonly key: string;
}

/**
 * What the agent shows the units of its own host when it asks them: made here, believed here and nowhere else. So no host needs a
 * certificate that other hosts' endpoints accept only because it has endpoints of its own.
 */
export function ownClient(state: string): OwnClient {
  const path = `${state}/tls-client.pem`;
  if (!existsSync(path)) {
    mkdirSync(state, { recursive: true, mode: 0o700 });
    const made = createKey().export({ type: 'pkcs8', format: 'pem' }) as string;
    writeAtomicallySync(path, made, 0o600);
  }
  const key = readFileSync(path, 'utf8');
  return { key, certificate: toPem(createClientCertificate(createPrivateKey(key), 'promfleet agent')) };
}
