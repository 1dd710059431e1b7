import { Fault, type Finding } from '../../proto/fault.ts';
import { didYouMean } from '../../proto/nearest.ts';
import { finding, showPlace } from './place.ts';
import { child, keyPlaceAt, type MapTree, type Tree, textOf, withKey } from './tree.ts';

/** A file of a folder. Where the folder has layers its path begins with the layer's name. */
export interface FolderMember {
  readonly path: string;
  readonly content: Uint8Array;
  /** Which of its folder's layers, the lowest is 0; undefined: the folder has none. */
  readonly layer?: number | undefined;
}

const LAYER = /^[^/\p{Cc}\\]{1,64}$/u;

/** A list of files as a request names them. @throws Fault `invalid` when one is of no layer, or a layer has no name */
export function inLayers<F extends { readonly path: string }>(
  layers: readonly string[],
  files: readonly F[],
): (F & { readonly layer?: number })[] {
  if (layers.length === 0) return [...files];
  const wrong = layers.find((name, index) => !LAYER.test(name) || /^\.\.?$/.test(name) || layers.indexOf(name) < index);
  if (wrong !== undefined) {
    throw new Fault('invalid', `cannot take the layers ${layers.join(', ')}: ${JSON.stringify(wrong)} can't be one`, {
      hint: 'a layer has a name of its own, with no slash in it',
    });
  }
  return files.map((file) => {
    const layer = layers.indexOf(layerOf(file.path));
    if (layer >= 0) return { ...file, layer };
    throw new Fault('invalid', `cannot take ${JSON.stringify(file.path)}: it is of none of the layers`, {
      hint: `its path must begin with one of ${layers.map((name) => `${name}/`).join(', ')}`,
    });
  });
}

const layerOf = (path: string): string => path.slice(0, Math.max(0, path.indexOf('/')));

/** Its path as documents name it: the same in every layer. */
export const pathInFolder = ({ path, layer }: Pick<FolderMember, 'path' | 'layer'>): string =>
  layer === undefined ? path : path.slice(path.indexOf('/') + 1);

/** From the lowest layer to the highest, each by its paths. */
export const fromTheLowest = <F extends Pick<FolderMember, 'layer' | 'path'>>(files: readonly F[]): F[] =>
  [...files].sort((a, b) => (a.layer ?? 0) - (b.layer ?? 0) || (a.path < b.path ? -1 : 1));

/** Names of a folder's layers, the lowest first; none when it has no layers. */
export function layersIn(files: readonly FolderMember[]): string[] {
  const layered = fromTheLowest(files).filter((file) => file.layer !== undefined);
  return [...new Set(layered.map((file) => layerOf(file.path)))];
}

/** One document of one layer. */
export interface LayerDocument {
  readonly tree: Tree;
  readonly layer: number;
}

export interface MergedLayers {
  readonly documents: readonly Tree[];
  readonly findings: readonly Finding[];
  /** Of a higher layer's document that overrides nothing: what it may have been meant to. */
  readonly meant: ReadonlyMap<Tree, Finding>;
}

interface Merging {
  tree: Tree;
  /** Of the newest document in it. */
  layer: number;
  /** That document. */
  written: Tree;
  /** Of the first document in it. */
  readonly first: number;
}

/**
 * Documents from the lowest layer to the highest: one of the same kind and name as one below it overrides that by key. Every part keeps
 * the place at which it was written. Two of one layer are left for whoever tells twins.
 */
export function mergeLayers(documents: readonly LayerDocument[]): MergedLayers {
  const merged: Merging[] = [];
  const byTitle = new Map<string, Merging>();
  const findings: Finding[] = [];
  for (const { tree, layer } of documents) {
    const title = titleIn(tree);
    const below = title === undefined ? undefined : byTitle.get(title);
    if (below && below.layer < layer) {
      below.tree = override(below.tree as MapTree, tree as MapTree);
      below.layer = layer;
      below.written = tree;
    } else if (below && layer > 0) {
      findings.push(twin(tree, below.written));
    } else {
      const own = { tree, layer, written: tree, first: layer };
      merged.push(own);
      if (title !== undefined && !below) byTitle.set(title, own);
    }
  }
  const meant = new Map(merged.flatMap(({ tree, first }) => (first > 0 ? nearestBelow(tree, documents, first) : [])));
  return { documents: merged.map((one) => one.tree), findings, meant };
}

function nearestBelow(tree: Tree, documents: readonly LayerDocument[], layer: number): [Tree, Finding][] {
  const [kind, name = ''] = [textOf(child(tree, 'kind')), textOf(child(tree, 'name'))];
  const below = documents.filter((one) => one.layer < layer && textOf(child(one.tree, 'kind')) === kind);
  const hint = didYouMean(
    name,
    below.flatMap((one) => textOf(child(one.tree, 'name')) ?? []),
  );
  if (hint === undefined) return [];
  return [
    [tree, finding(keyPlaceAt(tree, ['name']), `no layer below has ${kind} ${name}: this overrides nothing`, hint)],
  ];
}

/** What a document of a higher layer must have in common with the one that it overrides. A fleet has one Fleet, whatever its name. */
function titleIn(tree: Tree): string | undefined {
  const [kind, name] = [textOf(child(tree, 'kind')), textOf(child(tree, 'name'))];
  if (kind === 'Fleet') return kind;
  return kind === undefined || name === undefined ? undefined : `${kind} ${name}`;
}

function twin(tree: Tree, other: Tree): Finding {
  const title = [child(tree, 'kind'), child(tree, 'name')].map(textOf).join(' ');
  return finding(
    keyPlaceAt(tree, ['name']),
    `${title} is written twice in one layer; the other is at ${showPlace(keyPlaceAt(other, ['name']))}`,
    'a layer overrides what the layers below it say, not itself: keep one of the two',
  );
}

/** Mappings go into one another, all else is replaced whole, and `null` takes a key away. */
function override(below: MapTree, above: MapTree): MapTree {
  let merged = below;
  for (const { key, keyPlace, value } of above.entries) {
    const old = child(merged, key);
    if (value.kind === 'leaf' && value.value === null) merged = withKey(merged, key, undefined);
    else if (value.kind === 'map') {
      const base: MapTree = old?.kind === 'map' ? old : { ...value, entries: [] };
      merged = withKey(merged, key, override(base, value), old?.kind === 'map' ? undefined : keyPlace);
    } else if (!isSame(old, value)) merged = withKey(merged, key, value, keyPlace);
  }
  return merged;
}

/** `kind` and `name` stand in every layer: they are the lowest one's. */
const isSame = (old: Tree | undefined, value: Tree): boolean =>
  old?.kind === 'leaf' && value.kind === 'leaf' && old.text === value.text && old.quoted === value.quoted;
