import type { Kind, Settings } from './kinds/kinds.ts';
import type { Place } from './place.ts';
import { at, keyPlaceAt, type Path, placeAt, type Tree } from './tree.ts';

/** One document that an operator wrote, read and found right in itself. */
export interface Resource<K extends Kind = Kind> {
  readonly kind: K;
  readonly name: string;
  readonly folder: string;
  readonly settings: Settings<K>;
  readonly tree: Tree;
}

export const placeIn = (resource: Resource, ...path: Path): Place => placeAt(resource.tree, path);

export const keyPlaceIn = (resource: Resource, ...path: Path): Place => keyPlaceAt(resource.tree, path);

export const treeIn = (resource: Resource, ...path: Path): Tree | undefined => at(resource.tree, path);

export const titleOf = (resource: Resource): string => `${resource.kind} ${resource.name}`;

/** What to do about something that another folder of the fleet has already. */
export const otherFolder = (folder: string): string =>
  `the other is of the folder “${folder}”: to put this folder in its place, apply it with \`--folder-name ${folder}\`; to have both, remove it there first`;

/** A file of one of the fleet's folders. */
export interface FolderContent {
  readonly folder: string;
  /** As documents name it. */
  readonly path: string;
  /** As people find it. */
  readonly shown: string;
  readonly content: Uint8Array;
  /** It is no native configuration. */
  readonly holdsKinds: boolean;
}

/** A secret that is set, as the fleet is worked out with it. */
export interface KnownSecret {
  readonly version: string;
  /** False: it was sealed with a key that is not there. */
  readonly isReadable: boolean;
}

/** Every folder's resources together. */
export interface Fleet {
  readonly resources: readonly Resource[];
  /** By folder and path, see `fileKey`. */
  readonly files: ReadonlyMap<string, FolderContent>;
  /** The folder that someone is applying, beside others that were; what is wrong between two is said of it. */
  readonly applying?: string | undefined;
  /** By name; undefined: nobody can tell. */
  readonly secrets?: ReadonlyMap<string, KnownSecret> | undefined;
}

export const fileKey = (folder: string, path: string): string => `${folder}\0${path}`;

export const ofKind = <K extends Kind>(fleet: Fleet, kind: K): readonly Resource<K>[] =>
  fleet.resources.filter((resource) => resource.kind === kind) as unknown as Resource<K>[];

export const fileOf = (fleet: Fleet, folder: string, path: string): FolderContent | undefined =>
  fleet.files.get(fileKey(folder, path));

/** Paths of one folder, sorted. */
export function pathsOf(fleet: Fleet, folder: string): string[] {
  const prefix = fileKey(folder, '');
  return [...fleet.files.keys()]
    .filter((key) => key.startsWith(prefix))
    .map((key) => key.slice(prefix.length))
    .sort();
}
