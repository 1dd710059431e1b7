import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { Fault, type Finding } from '../../proto/fault.ts';

export interface Folder {
  /** What its resources are remembered under. */
  readonly name: string;
  readonly files: readonly { readonly path: string; readonly content: Buffer }[];
}

const MAX_FILE_BYTES = 4 * 1024 * 1024;
const MAX_BYTES = 32 * 1024 * 1024;
const LEFT_OUT = new Set(['node_modules']);

/** An operator's folder, whole: what begins with a dot is not part of it. */
export function readFolder(directory: string, name = basename(resolve(directory))): Folder {
  const stat = statSync(directory, { throwIfNoEntry: false });
  if (!stat?.isDirectory()) {
    const why = stat ? 'it is not a folder' : 'it is not there';
    throw new Fault('invalid', `cannot read folder ${directory}: ${why}`, {
      hint: 'name the folder that holds the fleet’s YAML files',
    });
  }
  const paths = listFiles(directory, '');
  const size = paths.reduce((sum, path) => sum + sizeOf(directory, path), 0);
  if (size > MAX_BYTES) {
    throw new Fault('invalid', `cannot take folder ${directory}: it holds more than 32 MiB`, {
      hint: 'a fleet’s folder holds configuration only; move the rest out of it',
    });
  }
  return { name, files: paths.map((path) => ({ path, content: readFileSync(join(directory, path)) })) };
}

function listFiles(directory: string, below: string): string[] {
  return readdirSync(join(directory, below))
    .filter((entry) => !entry.startsWith('.') && !LEFT_OUT.has(entry))
    .sort()
    .flatMap((entry) => {
      const path = below === '' ? entry : `${below}/${entry}`;
      const stat = statSync(join(directory, path), { throwIfNoEntry: false });
      if (stat?.isDirectory()) return listFiles(directory, path);
      return stat?.isFile() ? [path] : [];
    });
}

function sizeOf(directory: string, path: string): number {
  const { size } = statSync(join(directory, path));
  if (size <= MAX_FILE_BYTES) return size;
  throw new Fault('invalid', `cannot take ${join(directory, path)}: it is larger than 4 MiB`, {
    hint: 'a fleet’s folder holds configuration only; move it out of the folder',
  });
}

/** Places in this folder's files as whoever typed its name can open them. */
export async function withPlaces<T>(directory: string, folder: Folder, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Fault) || error.findings.length === 0) throw error;
    const { code, message, hint, cause } = error;
    throw new Fault(code, message, { hint, cause, findings: placeFindings(directory, folder, error.findings) });
  }
}

export function placeFindings(directory: string, { files }: Folder, findings: readonly Finding[]): Finding[] {
  const paths = new Set(files.map((file) => file.path));
  return findings.map((finding) =>
    finding.file !== undefined && paths.has(finding.file)
      ? { ...finding, file: join(directory, finding.file) }
      : finding,
  );
}

/** As the API takes it. */
export const folderBody = ({ name, files }: Folder) => ({
  folder: name,
  files: files.map(({ path, content }) => ({ path, content: content.toString('base64') })),
});
