import { readFileSync } from 'node:fs';
import { Fault, messageOf } from '../../proto/fault.ts';
import { writeAtomically } from '../atomic-file.ts';
import { type Root, rootFromStored, rootToStored, type StoredRoot } from './certificates.ts';

/** All of an authority's state, replaced whole: no crash can split it. */
export async function saveAuthority(path: string, roots: readonly Root[]): Promise<void> {
  const stored = await Promise.all(roots.map(rootToStored));
  writeAtomically(path, `${JSON.stringify({ roots: stored }, null, 2)}\n`, 0o600);
}

/** Undefined when there is none. What an older promfleet did not keep is made now, once. @throws Fault when it can't be read. */
export async function readAuthority(path: string): Promise<readonly Root[] | undefined> {
  const text = readText(path);
  if (text === undefined) return undefined;
  const { roots, isWhole } = await readRoots(path, text);
  if (!isWhole) await saveAuthority(path, roots);
  return roots;
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw cannotRead(path, error);
  }
}

async function readRoots(path: string, text: string): Promise<{ roots: readonly Root[]; isWhole: boolean }> {
  try {
    const { roots } = JSON.parse(text) as { roots: StoredRoot[] };
    const read = await Promise.all(roots.map(rootFromStored));
    if (read.length > 0) return { roots: read, isWhole: roots.every(({ serverKey }) => serverKey !== undefined) };
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
