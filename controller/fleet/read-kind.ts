import type { Finding } from '../../proto/fault.ts';
import { didYouMean } from '../../proto/nearest.ts';
import { explainIssues } from './kinds/explain.ts';
import { KINDS, type Kind, SCHEMAS } from './kinds/kinds.ts';
import { finding } from './place.ts';
import type { Resource } from './resource.ts';
import { child, type Leaf, type Tree, textOf, toValue } from './tree.ts';

export interface ReadKind {
  readonly resource?: Resource;
  /** What it calls itself, though the rest may be wrong: a reference to it is not dangling. */
  readonly declares?: { readonly kind: Kind; readonly name: string };
  readonly findings: readonly Finding[];
}

/** One document of a folder as a resource, or everything that is wrong with it. */
export function readKind(folder: string, tree: Tree): ReadKind {
  const kind = textOf(child(tree, 'kind'));
  const known = KINDS.find((one) => one === kind);
  if (!known) return { findings: [unknownKind(tree, kind)] };
  const name = textOf(child(tree, 'name'));
  const declares = name ? { declares: { kind: known, name } } : {};
  const versions = wrongVersion(child(tree, 'version'));
  const result = SCHEMAS[known].safeParse(toValue(tree));
  if (result.success && versions.length === 0) {
    const resource = { kind: known, name: result.data.name, folder, settings: result.data, tree } as Resource;
    return { resource, ...declares, findings: [] };
  }
  const issues = result.success ? [] : result.error.issues;
  // What was said of a version already is not said again.
  const others = issues.filter((issue) => versions.length === 0 || issue.path[0] !== 'version');
  return { ...declares, findings: [...versions, ...explainIssues(known, SCHEMAS[known], tree, others)] };
}

function unknownKind(tree: Tree, kind: string | undefined): Finding {
  if (kind === undefined) {
    return finding(
      tree.place,
      'this document has no `kind`',
      'begin it with `kind:`, or name the file under `config:` or `rules:` of the Prometheus that it belongs to',
    );
  }
  const place = child(tree, 'kind')?.place ?? tree.place;
  const kinds = `the kinds are ${KINDS.join(', ')}`;
  return finding(place, `there is no kind \`${kind}\``, didYouMean(kind, KINDS) ?? kinds);
}

const KEPT = 'leave the key out to have the one that promfleet knows: it is recorded at the first apply';

/** What YAML reads as a number, a word as other tools take it, and the `v` of a tag. */
function wrongVersion(version: Tree | undefined): Finding[] {
  const leaf = version as Leaf | undefined;
  if (leaf?.kind !== 'leaf' || leaf.value === null) return [];
  const tag = /^v(\d+\.\d+\.\d.*)$/.exec(leaf.text)?.[1];
  if (tag !== undefined || (!leaf.quoted && !/^\d/.test(leaf.text))) {
    const shown = leaf.quoted ? JSON.stringify(leaf.text) : `\`${leaf.text}\``;
    const message = `\`version\` must be an exact version in quotes, such as "1.9.0", not ${shown}`;
    return [finding(leaf.place, message, tag === undefined ? KEPT : `write version: "${tag}"`)];
  }
  if (leaf.quoted) return [];
  const read =
    typeof leaf.value === 'number'
      ? `YAML reads ${leaf.text} as the number ${leaf.value}`
      : 'YAML may read it as a number';
  return [finding(leaf.place, `\`version\` must be in quotes: without them ${read}`, `write version: "${leaf.text}"`)];
}
