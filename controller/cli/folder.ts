import { basename, join, resolve } from 'node:path';
import { Fault, type Finding } from '../../proto/fault.ts';
import { type ReadFile, readFolder as readFiles } from '../fleet/read-folder.ts';

export interface Folder {
  /** What its resources are remembered under. */
  readonly name: string;
  readonly files: readonly ReadFile[];
}

/** An operator's folder, whole. */
export const readFolder = (directory: string, name = basename(resolve(directory))): Folder => ({
  name,
  files: readFiles(directory),
});

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
  files: files.map(({ path, content }) => ({ path, content: Buffer.from(content).toString('base64') })),
});
