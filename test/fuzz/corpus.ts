import { fileURLToPath } from 'node:url';
import { readFolder } from '../../controller/cli/folder.ts';
import { starterFleet } from '../../controller/cli/quick-start/starter-fleet.ts';
import { type FolderMember, inLayers } from '../../controller/fleet/layers.ts';

/** A folder as it is handed over, and the names of its layers. */
export interface FuzzFolder {
  readonly name: string;
  readonly layers: readonly string[];
  readonly files: readonly FolderMember[];
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const onDisk = (...directories: string[]): FuzzFolder => {
  const { name, layers, files } = readFolder(directories.map((directory) => `${ROOT}${directory}`));
  return { name, layers, files };
};

/** Fleets that are right, with every key of every kind between them. */
export const CORPUS: readonly FuzzFolder[] = [
  onDisk('test/fuzz/corpus/whole'),
  onDisk('test/fuzz/corpus/kinds'),
  onDisk('test/fuzz/corpus/thanos'),
  onDisk('test/fuzz/corpus/layered/base', 'test/fuzz/corpus/layered/prod'),
  onDisk('docs/example'),
  {
    name: 'starter',
    layers: [],
    files: Object.entries(starterFleet({ prometheus: 19090, nodeExporter: 19100 })).map(([path, content]) => ({
      path,
      content: Buffer.from(content),
    })),
  },
];

export const withFiles = (folder: FuzzFolder, files: ReadonlyMap<string, Uint8Array>): FuzzFolder => ({
  ...folder,
  files: inLayers(
    folder.layers,
    [...files].map(([path, content]) => ({ path, content })),
  ),
});

export const filesOf = (folder: FuzzFolder): Map<string, Uint8Array> =>
  new Map(folder.files.map(({ path, content }) => [path, content]));
