import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { Fault } from '../../proto/fault.ts';

export interface ReadFile {
  /** Relative to the folder, with `/`. */
  readonly path: string;
  readonly content: Uint8Array;
}

const MAX_BYTES = 32 * 1024 * 1024;
/** Where tools keep what is no part of a fleet; hidden names are left out as well. */
const SKIPPED = new Set(['node_modules']);

/** Every file of an operator's folder, sorted by path. @throws Fault when it is not there, too large, or leads outside */
export function readFolder(directory: string): ReadFile[] {
  const root = realFolder(directory);
  const files: ReadFile[] = [];
  let bytes = 0;
  const visit = (at: string, seen: readonly string[]): void => {
    for (const name of readdirSync(at).sort()) {
      if (name.startsWith('.') || SKIPPED.has(name)) continue;
      const path = join(at, name);
      const real = realInside(root, path);
      const found = statSync(real);
      if (found.isDirectory()) {
        if (!seen.includes(real)) visit(path, [...seen, real]);
      } else if (found.isFile()) {
        bytes += found.size;
        if (bytes > MAX_BYTES) throw tooLarge(directory, relative(root, path));
        files.push({ path: relative(root, path).split(sep).join('/'), content: readFileSync(real) });
      }
    }
  };
  visit(root, [root]);
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

function realFolder(directory: string): string {
  try {
    const root = realpathSync(directory);
    if (statSync(root).isDirectory()) return root;
  } catch (error) {
    throw new Fault('not_found', `cannot read the folder ${directory}: ${reason(error)}`, { cause: error });
  }
  throw new Fault('invalid', `cannot read the folder ${directory}: it is a file`, {
    hint: 'name the folder that it lies in',
  });
}

/** A link may lead anywhere in the folder, and nowhere else: what it names would not be in the operator's git. */
function realInside(root: string, path: string): string {
  const name = relative(root, path);
  let real: string;
  try {
    real = realpathSync(path);
  } catch (error) {
    throw new Fault('invalid', `cannot read ${name}: ${reason(error)}`, { cause: error });
  }
  if (real === root || real.startsWith(`${root}${sep}`)) return real;
  throw new Fault('invalid', `cannot read ${name}: it is a link to ${real}, outside the folder`, {
    hint: 'put the file itself into the folder',
  });
}

const tooLarge = (directory: string, path: string): Fault =>
  new Fault('invalid', `cannot read the folder ${directory}: with ${path} it is larger than 32 MiB`, {
    hint: 'is it the right folder? A fleet is its YAML, its rules and the files that they name',
  });

function reason(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT') return 'it is not there';
  if (code === 'EACCES') return 'permission denied';
  return code === 'ELOOP' ? 'it is a link to itself' : String(error);
}
