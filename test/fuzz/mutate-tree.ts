import {
  type Document,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseAllDocuments,
  Scalar,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { pick } from '../support/random.ts';
import type { Random } from './mutate.ts';
import { BOMB, KEYS, PROMQL, VALUES } from './words.ts';

/** Something changed in what a YAML file says: keys, types, names, numbers, references, expressions. */
export function mutateTree(random: Random, source: string): { readonly text: string; readonly done: string } {
  const parsed = parseAllDocuments(source);
  const documents = ('empty' in parsed ? [] : parsed).filter((one) => one.errors.length === 0 && one.contents !== null);
  if (documents.length === 0) return { text: `${source}\n${BOMB}`, done: 'a bomb of aliases' };
  const document = pick(random, documents);
  const spots = spotsIn(document);
  if (spots.length === 0) return { text: `${source}\n${BOMB}`, done: 'a bomb of aliases' };
  const done = change(random, pick(random, spots), spots, documents);
  return { text: write(documents, source), done };
}

function write(documents: readonly Document[], source: string): string {
  try {
    return documents.map((one) => one.toString({ lineWidth: 0 })).join('---\n');
  } catch {
    // What can't be written, such as a key that is an alias, is left as it was.
    return source;
  }
}

/** A key with its value, or a member of a list. */
interface Spot {
  readonly owner: YAMLMap | YAMLSeq;
  readonly index: number;
  readonly path: string;
}

function spotsIn(document: Document): Spot[] {
  const spots: Spot[] = [];
  const visit = (node: unknown, path: string): void => {
    if (!isCollection(node)) return;
    node.items.forEach((item, index) => {
      const pair = item as Pair;
      const key = isMap(node) ? String(isScalar(pair.key) ? pair.key.value : '?') : String(index);
      spots.push({ owner: node, index, path: `${path}/${key}` });
      visit(isMap(node) ? pair.value : item, `${path}/${key}`);
    });
  };
  visit(document.contents, '');
  return spots;
}

const valueAt = ({ owner, index }: Spot): Node =>
  (isMap(owner) ? owner.items[index]?.value : owner.items[index]) as Node;

function setValue({ owner, index }: Spot, value: unknown): void {
  if (isMap(owner)) {
    const pair = owner.items[index];
    if (pair) pair.value = value;
  } else if (isSeq(owner)) owner.items[index] = value;
}

const WAYS = [
  'delete',
  'rename',
  'value',
  'value',
  'value',
  'words',
  'words',
  'double',
  'move',
  'add',
  'nest',
  'list',
  'anchor',
  'merge',
];

function change(random: Random, spot: Spot, spots: readonly Spot[], documents: readonly Document[]): string {
  const { owner, index, path } = spot;
  const other = pick(random, spots);
  const how = pick(random, WAYS);
  const document = documents.find((one) => spotsIn(one).some((each) => each.owner === owner)) ?? documents[0];
  const node = (value: unknown): Node => (document as Document).createNode(value);
  if (how === 'delete') owner.items.splice(index, 1);
  else if (how === 'rename' && isMap(owner)) (owner.items[index] as Pair).key = node(word(random, path));
  else if (how === 'double') owner.items.push(owner.items[index] as never);
  else if (how === 'move' && owner.items[index] !== undefined) {
    const taken = valueAt(spot);
    if (!contains(taken, other.owner)) setValue(other, taken);
  } else if (how === 'add' && isMap(owner)) {
    owner.set(node(pick(random, KEYS)), node(pick(random, VALUES)));
  } else if (how === 'nest') setValue(spot, node(nested(pick(random, [1, 3, 150, 400]))));
  else if (how === 'list') setValue(spot, node([pick(random, VALUES), pick(random, VALUES)]));
  else if (how === 'anchor') anchor(random, spot, other, document as Document);
  else if (how === 'merge' && isMap(owner)) owner.set(new Scalar('<<'), node({ [pick(random, KEYS)]: 1 }));
  else if (how === 'words') setValue(spot, node(respell(random, valueAt(spot))));
  else setValue(spot, node(pick(random, VALUES)));
  return `${path}: ${how}`;
}

function anchor(random: Random, spot: Spot, other: Spot, document: Document): void {
  const target = valueAt(spot);
  if (!target || !('anchor' in target) || contains(target, other.owner)) return;
  setValue(other, document.createAlias(target as Scalar, pick(random, ['a', 'b', 'a1'])));
}

const contains = (node: unknown, wanted: unknown): boolean =>
  node === wanted ||
  (isCollection(node) && node.items.some((item) => contains(isMap(node) ? (item as Pair).value : item, wanted)));

function nested(depth: number): unknown {
  let value: unknown = 'deep';
  for (let level = 0; level < depth; level++) value = level % 2 ? [value] : { a: value };
  return value;
}

/** A key with a slip of the finger in it, or another one. */
function word(random: Random, path: string): string {
  const key = path.split('/').at(-1) ?? '';
  const at = Math.floor(random() * key.length);
  return pick(random, [`${key.slice(0, at)}${key.slice(at + 1)}`, `${key}s`, key.toUpperCase(), pick(random, KEYS)]);
}

/** Text with something wrong in it, the more so when it is PromQL. */
function respell(random: Random, node: unknown): unknown {
  if (!isScalar(node)) return pick(random, VALUES);
  const text = String(node.value);
  const at = Math.floor(random() * text.length);
  return pick(random, [
    `${text.slice(0, at)}${text.slice(at + 1)}`,
    `${text.slice(0, at)}${pick(random, PROMQL)}${text.slice(at)}`,
    text + text,
    text.slice(0, at),
    pick(random, PROMQL),
    `"${text}"`,
    Number(text),
  ]);
}
