import { pick } from '../support/random.ts';
import { type FuzzFolder, filesOf, withFiles } from './corpus.ts';
import { mutateBytes, mutateLines } from './mutate-text.ts';
import { mutateTree } from './mutate-tree.ts';

export interface Mutant {
  readonly folder: FuzzFolder;
  /** What was done to it, for people. */
  readonly done: readonly string[];
}

export type Random = () => number;

/** One or a few things changed in a folder that was right: most of it stays right, so that the change gets far. */
export function mutate(random: Random, folder: FuzzFolder): Mutant {
  const files = filesOf(folder);
  const done: string[] = [];
  const times = pick(random, [1, 1, 1, 1, 2, 2, 3, 6]);
  for (let time = 0; time < times; time++) done.push(mutateOnce(random, files, folder.layers));
  return { folder: withFiles(folder, files), done };
}

function mutateOnce(random: Random, files: Map<string, Uint8Array>, layers: readonly string[]): string {
  const paths = [...files.keys()];
  const yaml = paths.filter((path) => /\.ya?ml$/.test(path));
  const kinds = yaml.filter((path) => path.endsWith('fleet.yaml'));
  // Documents of kinds are what is read most of all.
  const path = pick(random, [...yaml, ...kinds, ...kinds, pick(random, paths)]);
  const content = files.get(path) ?? new Uint8Array();
  const how = random();
  if (how < 0.12) {
    const [bytes, what] = mutateBytes(random, content);
    files.set(path, bytes);
    return `${path}: ${what}`;
  }
  if (how < 0.22) {
    const [text, what] = mutateLines(random, Buffer.from(content).toString('utf8'));
    files.set(path, Buffer.from(text));
    return `${path}: ${what}`;
  }
  if (how < 0.3) return mutateFiles(random, files, layers);
  const mutated = mutateTree(random, Buffer.from(content).toString('utf8'));
  files.set(path, Buffer.from(mutated.text));
  return `${path}: ${mutated.done}`;
}

const NAMES = ['fleet.yaml', 'prometheus.yml', 'rules/z.yml', 'a/b/c/d.yml', 'x.yaml', 'README.md', 'é.yml', 'rules'];

function mutateFiles(random: Random, files: Map<string, Uint8Array>, layers: readonly string[]): string {
  const paths = [...files.keys()];
  const [one, other] = [pick(random, paths), pick(random, paths)];
  const content = files.get(one) ?? new Uint8Array();
  const top = layers.length > 0 ? `${pick(random, layers)}/` : '';
  const to = `${top}${pick(random, NAMES)}`;
  switch (pick(random, ['remove', 'copy', 'move', 'swap', 'empty', 'append'])) {
    case 'remove':
      files.delete(one);
      return `removed ${one}`;
    case 'copy':
      files.set(to, content);
      return `copied ${one} to ${to}`;
    case 'move':
      files.delete(one);
      files.set(to, content);
      return `moved ${one} to ${to}`;
    case 'swap':
      files.set(one, files.get(other) ?? content);
      files.set(other, content);
      return `swapped ${one} and ${other}`;
    case 'append':
      files.set(other, Buffer.concat([files.get(other) ?? content, Buffer.from('\n---\n'), content]));
      return `appended ${one} to ${other}`;
    default:
      files.set(one, new Uint8Array());
      return `emptied ${one}`;
  }
}
