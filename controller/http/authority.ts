import type { z } from 'zod';
import type { HttpDeps } from './deps.ts';
import type { authorityView } from './schemas.ts';

export type AuthorityView = z.infer<typeof authorityView>;

export function showAuthority({ authority, stores }: HttpDeps): AuthorityView {
  const roots = authority.status();
  const signer = roots.find((root) => root.signs)?.fingerprint;
  const late = stores.hosts.all().filter((host) => host.certificateAuthority !== signer);
  return { roots, rotating: roots.length > 1, waitingFor: late.map((host) => host.name) };
}
