import type { Finding } from '../../proto/fault.ts';
import { mentionsSecret } from '../../proto/secrets.ts';
import { finding } from './place.ts';
import type { Resource } from './resource.ts';
import type { Leaf, Path, Tree } from './tree.ts';

/** Where native configuration stands in a resource itself. */
const NATIVE = new Set(['scrape_configs', 'target']);
/** Inside that, what is promfleet's own: it becomes names and labels, which everyone sees. */
const OWN = new Set(['labels', 'host_labels', 'job_name', 'exporter', 'prometheus', 'alertmanager']);

const INTO_A_FILE = 'write it into a file that its native configuration names, where only the unit reads it';
const FLAG = 'a secret can’t stand in `flags`: every local user can read the words that a program is started with';
const ENV = 'a secret can’t stand in `env`: every local user can read the unit file that holds it';
const ELSEWHERE = 'a secret can’t stand here: only native configuration is given secrets';
const NATIVE_ONLY = '`config`, the files that it names, `scrape_configs` and `target` are native configuration';

/** References where a value would be seen by others than its unit, or where nothing would put it in. */
export const checkSecretPlaces = (resource: Resource): Finding[] =>
  leavesOf(resource.tree, []).flatMap(({ leaf, path }) => {
    if (!mentionsSecret(leaf.text) || isNative(path)) return [];
    if (path[0] === 'flags') return [finding(leaf.place, FLAG, INTO_A_FILE)];
    if (path[0] === 'env') return [finding(leaf.place, ENV, INTO_A_FILE)];
    return [finding(leaf.place, ELSEWHERE, NATIVE_ONLY)];
  });

function isNative(path: Path): boolean {
  const [top, ...below] = path;
  const key = below.find((step) => typeof step === 'string');
  return typeof top === 'string' && NATIVE.has(top) && typeof key === 'string' && !OWN.has(key);
}

export const leavesOf = (tree: Tree, path: Path): { readonly leaf: Leaf; readonly path: Path }[] => {
  if (tree.kind === 'leaf') return [{ leaf: tree, path }];
  if (tree.kind === 'list') return tree.items.flatMap((item, index) => leavesOf(item, [...path, index]));
  return tree.entries.flatMap(({ key, value }) => leavesOf(value, [...path, key]));
};
