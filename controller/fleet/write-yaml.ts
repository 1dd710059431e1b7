import {
  Document,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  Pair,
  parseDocument,
  Scalar,
  YAMLMap,
  YAMLSeq,
} from 'yaml';
import { mentionsSecret } from '../../proto/secrets.ts';
import type { Place } from './place.ts';
import type { Leaf, Tree } from './tree.ts';

export interface WrittenYaml {
  readonly text: string;
  /** Where what stands on a line came from; lines count from 1. */
  readonly places: ReadonlyMap<number, Place>;
}

// In the failsafe schema every scalar is text: `1e3`, `yes` and `0x1F` are written as the operator wrote them.
const SCHEMA = { schema: 'failsafe' } as const;
const STYLE = { lineWidth: 0, doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER } as const;

/** The same tree is the same bytes. */
export function writeYaml(tree: Tree): WrittenYaml {
  const document = new Document(undefined, SCHEMA);
  document.contents = toNode(tree) as typeof document.contents;
  const text = document.toString(STYLE);
  const lines = new LineCounter();
  const places = new Map<number, Place>();
  const mark = (node: unknown, place: Place): void => {
    const line = lines.linePos((node as Node).range?.[0] ?? 0).line;
    if (!places.has(line)) places.set(line, place);
  };
  const written = parseDocument(text, { ...SCHEMA, lineCounter: lines });
  if (written.contents) markPlaces(written.contents, tree, mark);
  return { text, places };
}

function toNode(tree: Tree): Node {
  if (tree.kind === 'leaf') return toScalar(tree);
  if (tree.kind === 'list') {
    const sequence = new YAMLSeq<Node>();
    sequence.items = tree.items.map(toNode);
    return sequence;
  }
  const mapping = new YAMLMap<Node, Node>();
  mapping.items = tree.entries.map((entry) => new Pair(new Scalar(entry.key), toNode(entry.value)));
  return mapping;
}

function toScalar({ text, quoted }: Leaf): Scalar {
  const scalar = new Scalar(text);
  // Whatever the value will be, it stays inside the quotes.
  if (mentionsSecret(text)) scalar.type = Scalar.QUOTE_DOUBLE;
  else if (!quoted) scalar.type = Scalar.PLAIN;
  else if (text.trimEnd().includes('\n')) scalar.type = Scalar.BLOCK_LITERAL;
  else scalar.type = /[\\"]/.test(text) && !text.includes('\n') ? Scalar.QUOTE_SINGLE : Scalar.QUOTE_DOUBLE;
  return scalar;
}

function markPlaces(node: unknown, tree: Tree, mark: (node: unknown, place: Place) => void): void {
  if (tree.kind === 'map' && isMap(node)) {
    node.items.forEach((pair, index) => {
      const entry = tree.entries[index];
      if (!entry) return;
      mark(pair.key, entry.keyPlace);
      markPlaces(pair.value, entry.value, mark);
    });
  } else if (tree.kind === 'list' && isSeq(node)) {
    node.items.forEach((item, index) => {
      const member = tree.items[index];
      if (!member) return;
      if (member.kind === 'leaf') mark(item, member.place);
      else markPlaces(item, member, mark);
    });
  } else if (isScalar(node)) mark(node, tree.place);
}
