import type { Finding } from '../../proto/fault.ts';
import { didYouMean } from '../../proto/nearest.ts';
import { findReferences, mentionsSecret, type SecretForm, type SecretReference } from '../../proto/secrets.ts';
import { finding, type Place } from './place.ts';
import type { KnownSecret } from './resource.ts';
import type { Tree } from './tree.ts';
import { writeYaml } from './write-yaml.ts';
import { readYamlFile } from './yaml-file.ts';

/** A file of the folder on its way to a unit. */
export interface SecretFile {
  readonly shown: string;
  readonly content: Uint8Array;
}

/** The secrets that the files of one unit name, and what is wrong with how they do. */
export class NamedSecrets {
  readonly findings: Finding[] = [];
  readonly #known: ReadonlyMap<string, KnownSecret> | undefined;
  readonly #named = new Map<string, SecretReference>();

  /** @param known  undefined: nobody can tell which there are */
  constructor(known: ReadonlyMap<string, KnownSecret> | undefined) {
    this.#known = known;
  }

  /** By name. */
  get all(): SecretReference[] {
    return [...this.#named.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** What a tree that is written as YAML holds. @returns how they stand in it */
  inTree(tree: Tree): SecretForm | undefined {
    if (tree.kind === 'leaf') {
      if (!mentionsSecret(tree.text)) return undefined;
      for (const { name } of findReferences(tree.text)) this.#name(name, tree.place);
      return 'quoted';
    }
    if (tree.kind === 'list') return tree.items.map((item) => this.inTree(item)).find((form) => form !== undefined);
    const forms = tree.entries.map(({ key, keyPlace, value }) => {
      if (mentionsSecret(key)) this.findings.push(finding(keyPlace, 'a secret can’t stand in a key, only in a value'));
      return this.inTree(value);
    });
    return forms.find((form) => form !== undefined);
  }

  /** What a file that is shipped as it is holds. What is YAML is written anew, so that no value can break out of its place. */
  inFile(file: SecretFile): { readonly content: Uint8Array; readonly secret?: SecretForm } {
    const { shown, content } = file;
    if (!Buffer.from(content.buffer, content.byteOffset, content.length).includes('${secret:')) return { content };
    const text = textOf(content);
    if (text === undefined) {
      this.findings.push(finding({ file: shown, line: 1, column: 1 }, 'a file that names a secret must be UTF-8 text'));
      return { content };
    }
    if (/\.ya?ml$/i.test(shown)) return this.#inYaml(file);
    for (const { name, offset } of findReferences(text)) this.#name(name, placeOf(shown, text, offset));
    return { content, secret: /\.json$/i.test(shown) ? 'quoted' : 'verbatim' };
  }

  #inYaml({ shown, content }: SecretFile) {
    const { documents, findings } = readYamlFile(shown, content);
    this.findings.push(...findings);
    const forms = documents.map((document) => this.inTree(document));
    // In a comment alone it is none.
    if (forms.every((form) => form === undefined)) return { content };
    return {
      content: Buffer.from(documents.map((one) => writeYaml(one).text).join('---\n')),
      secret: 'quoted' as const,
    };
  }

  #name(name: string | undefined, place: Place): void {
    if (name === undefined) {
      const hint =
        'write ${secret:NAME}: letters, digits and . _ - are allowed in a name, the first a letter or a digit';
      this.findings.push(finding(place, 'this is no reference to a secret', hint));
      return;
    }
    const found = this.#known?.get(name);
    this.#named.set(name, { name, version: found?.version ?? '' });
    if (!this.#known || found?.isReadable) return;
    if (found) {
      const hint = `bring that key back, or give it another value: promfleet secret rotate ${name} < FILE`;
      this.findings.push(
        finding(place, `the secret \`${name}\` can’t be read: it was sealed with a key that is not there`, hint),
      );
      return;
    }
    const near = didYouMean(name, [...this.#known.keys()]);
    const next = `set it: promfleet secret set ${name} < FILE`;
    this.findings.push(finding(place, `there is no secret \`${name}\``, near ? `${near} If not, ${next}` : next));
  }
}

function textOf(content: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(content);
  } catch {
    return undefined;
  }
}

/** Of what stands at an offset. */
export function placeOf(file: string, text: string, offset: number): Place {
  const before = text.slice(0, offset).split('\n');
  return { file, line: before.length, column: (before.at(-1) ?? '').length + 1 };
}
