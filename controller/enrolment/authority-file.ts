import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Fault, messageOf } from '../../proto/fault.ts';
import { writeAtomically } from '../atomic-file.ts';
import { type Root, rootFromStored, rootToStored, type StoredRoot } from './certificates.ts';

/** All of an authority's state, replaced whole: no crash can split it. */
export interface AuthorityState {
  readonly roots: readonly Root[];
  /** What revisions are proven with. It stays for as long as the authority, however often its roots are replaced. */
  readonly seal: Buffer;
  /** Fingerprint of the root whose issuers sign units: behind the last one until everyone trusts that. */
  readonly unitSigner: string;
}

interface Stored {
  readonly roots: readonly StoredRoot[];
  /** Absent from what an older promfleet wrote: the first. */
  readonly unitSigner?: string;
  /** Hex. Absent from what an older promfleet wrote. */
  readonly seal?: string;
}

export const createSeal = (): Buffer => randomBytes(32);

export async function saveAuthority(path: string, { roots, seal, unitSigner }: AuthorityState): Promise<void> {
  const stored: Stored = { roots: await Promise.all(roots.map(rootToStored)), unitSigner, seal: seal.toString('hex') };
  writeAtomically(path, `${JSON.stringify(stored, null, 2)}\n`, 0o600);
}

/** Undefined when there is none. What an older promfleet did not keep is made now, once. @throws Fault when it can't be read. */
export async function readAuthority(path: string, now: number): Promise<AuthorityState | undefined> {
  const text = readText(path);
  if (text === undefined) return undefined;
  const { state, isWhole } = await readState(path, text, now);
  if (!isWhole) await saveAuthority(path, state);
  return state;
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw cannotRead(path, error);
  }
}

async function readState(
  path: string,
  text: string,
  now: number,
): Promise<{ state: AuthorityState; isWhole: boolean }> {
  try {
    const { roots: stored, seal, unitSigner } = JSON.parse(text) as Stored;
    const roots = await Promise.all(stored.map((root) => rootFromStored(root, now)));
    const state = {
      roots,
      seal: seal === undefined ? createSeal() : Buffer.from(seal, 'hex'),
      unitSigner: unitSigner ?? roots[0]?.fingerprint ?? '',
    };
    const isWhole = seal !== undefined && stored.every((root) => root.serverKey && root.endpoints && root.scrapers);
    if (roots.length > 0) return { state, isWhole };
  } catch (error) {
    throw cannotRead(path, error);
  }
  throw cannotRead(path, 'it holds no root');
}

const cannotRead = (path: string, cause: unknown): Fault =>
  new Fault('internal', `cannot read the certificate authority in ${path}: ${messageOf(cause)}`, {
    hint: 'restore that file from a backup; it must be readable for the user of the controller alone',
    cause,
  });
