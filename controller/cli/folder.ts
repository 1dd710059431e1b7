import { basename, join, resolve } from 'node:path';
import { Fault, type Finding } from '../../proto/fault.ts';
import type { FolderMember } from '../fleet/layers.ts';
import { readFolder as readFiles } from '../fleet/read-folder.ts';

export interface Folder {
  /** What its resources are remembered under. */
  readonly name: string;
  /** As whoever typed it knows it. */
  readonly shown: string;
  /** The names of its layers, the lowest first; none when it is one directory. */
  readonly layers: readonly string[];
  readonly files: readonly FolderMember[];
  /** Where a file lies, by its path here, as whoever typed the directory's name can open it. */
  readonly opened: ReadonlyMap<string, string>;
}

/** An operator's folder, whole: one directory, or several as layers of which each overrides those before it. */
export function readFolder(directories: readonly string[], name?: string): Folder {
  const top = directories.at(-1) ?? '.';
  const layers = directories.length > 1 ? layerNames(directories) : [];
  const members = directories.flatMap((directory, layer) =>
    readFiles(directory).map(({ path, content }) => ({
      opened: join(directory, path),
      ...(layers.length === 0 ? { path, content } : { path: `${layers[layer]}/${path}`, content, layer }),
    })),
  );
  return {
    name: name ?? basename(resolve(top)),
    shown: directories.join(' + '),
    layers,
    files: members,
    opened: new Map(members.map(({ path, opened }) => [path, opened])),
  };
}

/** A directory's own name, with as much of the path before it as tells it from the others: the same on every machine. */
function layerNames(directories: readonly string[]): string[] {
  const paths = directories.map((directory) => resolve(directory).split('/').filter(Boolean));
  const twin = paths.findIndex((path, index) => paths.findIndex((other) => other.join('/') === path.join('/')) < index);
  if (twin >= 0) {
    throw new Fault('invalid', `cannot take ${directories[twin]} as a layer twice`, {
      hint: 'each -f names another directory, the one that overrides the others last',
    });
  }
  return paths.map((path) => {
    const tail = (of: readonly string[], length: number): string => of.slice(-length).join('-');
    const isOwn = (length: number): boolean =>
      paths.every((other) => other === path || tail(other, length) !== tail(path, length));
    let length = 1;
    while (length < path.length && !isOwn(length)) length++;
    return tail(path, length);
  });
}

/** Places in this folder's files as whoever typed its name can open them. */
export async function withPlaces<T>(folder: Folder, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Fault) || error.findings.length === 0) throw error;
    const { code, message, hint, cause } = error;
    throw new Fault(code, message, { hint, cause, findings: placeFindings(folder, error.findings) });
  }
}

export const placeFindings = ({ opened }: Folder, findings: readonly Finding[]): Finding[] =>
  findings.map((finding) => {
    const file = finding.file === undefined ? undefined : opened.get(finding.file);
    return file === undefined ? finding : { ...finding, file };
  });

/** As the API takes it. */
export const folderBody = ({ name, layers, files }: Folder) => ({
  folder: name,
  layers,
  files: files.map(({ path, content }) => ({ path, content: Buffer.from(content).toString('base64') })),
});
