import {
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseAllDocuments,
  type YAMLError,
} from 'yaml';
import type { Finding } from '../../proto/fault.ts';
import { mentionsSecret } from '../../proto/secrets.ts';
import { finding, type Place } from './place.ts';
import type { Entry, Leaf, MapTree, Tree } from './tree.ts';
import { tooDeep } from './yaml-depth.ts';

export interface YamlFile {
  /** Documents that hold something. Empty when the file can't be read. */
  readonly documents: readonly Tree[];
  readonly findings: readonly Finding[];
}

/** Aliases may repeat what they name: a file that unfolds to more parts than this is an attack or an accident. */
const MAX_PARTS = 300_000;
const MAX_DEPTH = 200;
const TOO_DEEP = 'cannot read YAML: it is nested too deeply, or its aliases unfold without end';

/** `file` is the name that places get. */
export function readYamlFile(file: string, content: Uint8Array): YamlFile {
  const top: Place = { file, line: 1, column: 1 };
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(content);
  } catch {
    return { documents: [], findings: [finding(top, 'cannot read YAML: the file is not UTF-8 text')] };
  }
  const lines = new LineCounter();
  const placeOf = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col };
  };
  const deep = tooDeep(text, MAX_DEPTH);
  if (deep !== undefined) return { documents: [], findings: [finding({ file, ...deep }, TOO_DEEP)] };
  const documents = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  if ('empty' in documents) return { documents: [], findings: [] };
  const errors = documents.flatMap((document) => document.errors);
  if (errors.length > 0) {
    // How deep it gets until then depends on who asks.
    if (errors.some(({ message }) => /call stack/i.test(message))) {
      return { documents: [], findings: [finding(top, TOO_DEEP)] };
    }
    // What follows a tab is read as if it were elsewhere: all else that is said of it is a consequence.
    const tab = errors.find((error) => error.code === 'TAB_AS_INDENT');
    const told = tab ? [tab] : errors;
    return { documents: [], findings: told.map((error) => explain(error, text, placeOf(error.pos[0]))) };
  }
  const reader = new TreeReader(placeOf);
  const trees = documents.flatMap((document) => reader.document(document) ?? []);
  return { documents: reader.findings.length > 0 ? [] : trees, findings: reader.findings };
}

function explain(error: YAMLError, source: string, place: Place): Finding {
  const word = /^[^\s:]+/.exec(source.slice(error.pos[0]))?.[0] ?? '';
  if (error.code === 'DUPLICATE_KEY') {
    return finding(place, `the key \`${word}\` is written twice in one mapping`, 'keep one of the two');
  }
  if (error.code === 'TAB_AS_INDENT') return finding(place, 'cannot read YAML: a tab is no indentation', 'use spaces');
  const message = error.message.charAt(0).toLowerCase() + error.message.slice(1);
  const line = source.split('\n')[place.line - 1] ?? '';
  const hint = mentionsSecret(line) ? 'between brackets write a reference in quotes: "${secret:NAME}"' : undefined;
  return finding(place, `cannot read YAML: ${message}`, hint);
}

class TreeReader {
  readonly findings: Finding[] = [];
  readonly #placeOf: (offset: number) => Place;
  readonly #targets = new Map<Node, Node | undefined>();
  #parts = 0;
  #depth = 0;

  constructor(placeOf: (offset: number) => Place) {
    this.#placeOf = placeOf;
  }

  document(document: Document): Tree | undefined {
    const root = document.contents;
    if (root === null || (isScalar(root) && root.value === null)) return undefined;
    return this.#tree(root, document);
  }

  #place(node: Node): Place {
    return this.#placeOf(node.range?.[0] ?? 0);
  }

  #tree(node: Node, document: Document): Tree {
    const place = this.#place(node);
    if (this.#parts > MAX_PARTS) return leaf(undefined, place);
    if (++this.#parts > MAX_PARTS || this.#depth >= MAX_DEPTH) {
      this.#parts = MAX_PARTS + 1;
      this.findings.push(finding(place, TOO_DEEP));
      return leaf(undefined, place);
    }
    this.#depth++;
    const tree = this.#unfold(node, place, document);
    this.#depth--;
    return tree;
  }

  #unfold(node: Node, place: Place, document: Document): Tree {
    if (isAlias(node)) return this.#alias(node, document);
    if (isSeq(node)) {
      return { kind: 'list', place, items: node.items.map((item) => this.#tree(item as Node, document)) };
    }
    if (isMap(node)) return { kind: 'map', place, entries: this.#entries(node.items, document) };
    return leaf(node, place);
  }

  #alias(node: Node, document: Document): Tree {
    // Looked up once per alias: the library searches the whole document for it.
    if (isAlias(node) && !this.#targets.has(node)) this.#targets.set(node, node.resolve(document));
    const target = this.#targets.get(node);
    if (target) return this.#tree(target, document);
    this.findings.push(finding(this.#place(node), 'cannot read YAML: no anchor of this name comes before'));
    return leaf(undefined, this.#place(node));
  }

  #entries(pairs: readonly unknown[], document: Document): Entry[] {
    const own: Entry[] = [];
    const merged: Entry[] = [];
    for (const pair of pairs) {
      if (!isPair(pair)) continue;
      const { key, value } = pair as { key: Node; value: Node | null };
      const keyPlace = this.#place(key);
      if (!isScalar(key)) {
        this.findings.push(finding(keyPlace, 'a key must be plain text'));
        continue;
      }
      const name = key.source ?? String(key.value);
      const tree = value ? this.#tree(value, document) : leaf(undefined, keyPlace);
      if (name === '<<' && key.type === 'PLAIN') merged.push(...mergedEntries(tree));
      else own.push({ key: name, keyPlace, value: tree });
    }
    const known = new Set(own.map((entry) => entry.key));
    for (const entry of merged) {
      if (known.has(entry.key)) continue;
      known.add(entry.key);
      own.push(entry);
    }
    return own;
  }
}

/** What a merge key `<<` adds: the entries of one mapping, or of several with the first winning. */
function mergedEntries(tree: Tree): readonly Entry[] {
  const maps = tree.kind === 'list' ? tree.items : [tree];
  return maps.filter((one): one is MapTree => one.kind === 'map').flatMap((one) => one.entries);
}

function leaf(node: Node | undefined, place: Place): Leaf {
  if (!isScalar(node)) return { kind: 'leaf', place, value: null, text: 'null', quoted: false };
  const value = node.value as Leaf['value'];
  const quoted = node.type !== 'PLAIN';
  // Nothing at all is null; written out, because '' would become an empty string.
  const written = value === null ? 'null' : (node.source ?? String(value));
  return { kind: 'leaf', place, value, text: written, quoted };
}
