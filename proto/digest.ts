import { createHash } from 'node:crypto';
import type { TlsAuthorities } from './message.ts';
import type { HostSpec, UnitSpec } from './spec.ts';

export const sha256 = (content: Uint8Array | string): string => createHash('sha256').update(content).digest('hex');

/** The same for the same value, whatever the order of its keys. Bytes count by their own digest. */
export function digestOf(value: unknown): string {
  return sha256(JSON.stringify(canonical(value ?? null)));
}

function canonical(value: unknown): unknown {
  if (value instanceof Uint8Array) return { sha256: sha256(value) };
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(
    entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, member]) => [key, canonical(member)]),
  );
}

/** Of the units alone: two revisions that want the same of a host have the same digest. */
export const specDigest = (spec: Pick<HostSpec, 'units'>): string => digestOf(spec.units);

/** Of the files that a reload takes in: a unit has loaded its config when the program confirmed this digest. */
export function configDigest({ files, secrets }: Pick<UnitSpec, 'files' | 'secrets'>): string {
  const set = files.filter((file) => !file.live);
  const content = Object.fromEntries(set.map((file) => [file.path, file.content]));
  // Never of a value: whoever reads digests could try what gives the same one. Without secrets it is what it was before there were any.
  return digestOf(secrets ? [content, secrets, set.map(({ path, secret = '' }) => [path, secret])] : content);
}

/** Of everything that only a restart can change. A spec with no sandbox has the digest that it had before there were any. */
export function launchDigest(unit: UnitSpec): string {
  const { release, program, argv, env, user, limits, sandbox } = unit;
  return digestOf({ sha256: release.sha256, program, argv, env, user, limits, sandbox });
}

/** Of the certificate authorities (DER) that a side trusts, whatever their order. */
export const trustDigest = (authorities: readonly Uint8Array[]): string => digestOf(authorities.map(sha256).sort());

/** Of the authorities of endpoints and scrapers, and which of them sign; '' where there are none. */
export const tlsTrustDigest = ({ endpoints, scrapers, signer }: TlsAuthorities): string =>
  endpoints.length + scrapers.length === 0 ? '' : digestOf([endpoints.map(sha256), scrapers.map(sha256), signer]);
