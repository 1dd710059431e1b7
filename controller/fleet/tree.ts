import type { Place } from './place.ts';

/** A YAML document with a place for every part of it, and scalars exactly as they were written. */
export type Tree = MapTree | ListTree | Leaf;

export interface Leaf {
  readonly kind: 'leaf';
  readonly place: Place;
  /** As YAML 1.2 reads it. */
  readonly value: string | number | boolean | null;
  /** As it was written, without quotes. */
  readonly text: string;
  readonly quoted: boolean;
}

export interface ListTree {
  readonly kind: 'list';
  readonly place: Place;
  readonly items: readonly Tree[];
}

export interface MapTree {
  readonly kind: 'map';
  readonly place: Place;
  readonly entries: readonly Entry[];
}

export interface Entry {
  readonly key: string;
  readonly keyPlace: Place;
  readonly value: Tree;
}

export type Path = readonly (string | number)[];

/** The value of a key; undefined when it is not there or when this is no mapping. */
export const child = (tree: Tree | undefined, key: string): Tree | undefined =>
  tree?.kind === 'map' ? tree.entries.find((entry) => entry.key === key)?.value : undefined;

export const items = (tree: Tree | undefined): readonly Tree[] => (tree?.kind === 'list' ? tree.items : []);

export const textOf = (tree: Tree | undefined): string | undefined =>
  tree?.kind === 'leaf' && tree.value !== null ? tree.text : undefined;

export function at(tree: Tree, path: Path): Tree | undefined {
  let here: Tree | undefined = tree;
  for (const step of path) here = typeof step === 'string' ? child(here, step) : items(here)[step];
  return here;
}

/** The place of what lies at a path, or of the nearest thing around it that was written. */
export function placeAt(tree: Tree, path: Path): Place {
  for (let length = path.length; length > 0; length--) {
    const found = at(tree, path.slice(0, length));
    if (found) return found.place;
  }
  return tree.place;
}

/** The place of the key itself, for what is wrong with the key rather than with its value. */
export function keyPlaceAt(tree: Tree, path: Path): Place {
  const owner = at(tree, path.slice(0, -1));
  const key = path.at(-1);
  const entry = owner?.kind === 'map' ? owner.entries.find((one) => one.key === key) : undefined;
  return entry?.keyPlace ?? placeAt(tree, path);
}

/** As plain values. */
export function toValue(tree: Tree): unknown {
  if (tree.kind === 'leaf') return tree.value;
  if (tree.kind === 'list') return tree.items.map(toValue);
  return Object.fromEntries(tree.entries.map((entry) => [entry.key, toValue(entry.value)]));
}

/** On one line, for people. */
export function textOfTree(tree: Tree): string {
  if (tree.kind === 'leaf') return tree.text;
  if (tree.kind === 'list') return `[${tree.items.map(textOfTree).join(', ')}]`;
  return `{ ${tree.entries.map(({ key, value }) => `${key}: ${textOfTree(value)}`).join(', ')} }`;
}

/** A scalar of promfleet's own, written so that no reader of YAML takes it for anything but text. */
export function text(value: string, place: Place): Leaf {
  const plain = /^([a-z][\w./-]*|\d+[a-z]+)$/i.test(value) && !/^(y|n|yes|no|on|off|true|false|null)$/i.test(value);
  return { kind: 'leaf', place, value, text: value, quoted: !plain };
}

/** A scalar that readers of YAML take for what it looks like. */
export const plain = (value: string, place: Place): Leaf => ({ ...text(value, place), quoted: false });

export const list = (members: readonly Tree[], place: Place): ListTree => ({ kind: 'list', place, items: members });

export const map = (members: Readonly<Record<string, Tree | undefined>>, place: Place): MapTree => ({
  kind: 'map',
  place,
  entries: Object.entries(members).flatMap(([key, value]) => (value ? [{ key, keyPlace: value.place, value }] : [])),
});

/** The mapping with a key set to a value, in its old place if it had one; without the key when the value is undefined. */
export function withKey(tree: MapTree, key: string, value: Tree | undefined, at?: Place): MapTree {
  const index = tree.entries.findIndex((entry) => entry.key === key);
  const entries = [...tree.entries];
  if (!value) return { ...tree, entries: entries.filter((entry) => entry.key !== key) };
  const keyPlace = at ?? entries[index]?.keyPlace ?? value.place;
  entries.splice(index < 0 ? entries.length : index, 1, { key, keyPlace, value });
  return { ...tree, entries };
}
