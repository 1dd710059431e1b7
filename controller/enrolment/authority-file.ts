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
}

interface Stored {
  readonly roots: readonly StoredRoot[];
  /** Hex. Absent from what an older promfleet wrote. */
  readonly seal?: string;
}

export const createSeal = (): Buffer => randomBytes(32);

export async function saveAuthority(path: string, { roots, seal }: AuthorityState): Promise<void> {
  const stored: Stored = { roots: await Promise.all(roots.map(rootToStored)), seal: seal.toString('hex') };
  writeAtomically(path, `${JSON.stringify(stored, null, 2)}\n`, 0o600);
}

/** Undefined when there is none. What an older promfleet did not keep is made now, once. @throws Fault when it can't be read. */
export async function readAuthority(path: string): Promise<AuthorityState | undefined> {
  const text = readText(path);
  if (text === undefined) return undefined;
  const { state, isWhole } = await readState(path, text);
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

async function readState(path: string, text: string): Promise<{ state: AuthorityState; isWhole: boolean }> {
  try {
    const { roots, seal } = JSON.parse(text) as Stored;
    const state = {
      roots: await Promise.all(roots.map(rootFromStored)),
      seal: seal === undefined ? createSeal() : Buffer.from(seal, 'hex'),
    };
    const isWhole = seal !== undefined && roots.every(({ serverKey }) => serverKey !== undefined);
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
