import type { Finding } from '../../proto/fault.ts';
import { didYouMean } from '../../proto/nearest.ts';
import { findReferences, type SecretForm, type SecretReference, showReference } from '../../proto/secrets.ts';
import type { SpecFile } from '../../proto/spec.ts';
import { inFolder, matchPaths } from './glob.ts';
import { NamedSecrets, placeOf } from './named-secrets.ts';
import { finding, type Place } from './place.ts';
import { type Fleet, type FolderContent, fileOf, pathsOf } from './resource.ts';
import type { Tree } from './tree.ts';
import { type WrittenYaml, writeYaml } from './write-yaml.ts';

/** Files on their way to one unit, and where each came from. */
export class ShippedFiles {
  readonly #findings: Finding[] = [];
  readonly #secrets: NamedSecrets;
  readonly #files = new Map<string, SpecFile & { readonly from: string }>();
  readonly #fleet: Fleet;
  readonly #folder: string;

  constructor(fleet: Fleet, folder: string) {
    this.#fleet = fleet;
    this.#folder = folder;
    this.#secrets = new NamedSecrets(fleet.secrets);
  }

  get all(): SpecFile[] {
    const files = [...this.#files.values()].map(({ path, content, live, secret }) => ({
      path,
      content,
      live,
      ...(secret ? { secret } : {}),
    }));
    return files.sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  get findings(): readonly Finding[] {
    return [...this.#findings, ...this.#secrets.findings];
  }

  /** What the files name, by name. */
  get secrets(): readonly SecretReference[] {
    return this.#secrets.all;
  }

  /** As people find it, by its path on the host. */
  get origins(): ReadonlyMap<string, string> {
    return new Map([...this.#files].map(([path, file]) => [path, file.from]));
  }

  add(path: string, content: Uint8Array, live: boolean): void {
    this.#files.set(path, { path, content, live, from: path });
  }

  /** Configuration that is written anew. `comment` comes last. */
  addYaml(path: string, tree: Tree, comment = ''): WrittenYaml {
    const written = writeYaml(tree);
    const secret = this.#secrets.inTree(tree);
    const content = Buffer.from(written.text + comment);
    this.#files.set(path, { path, content, live: false, ...(secret ? { secret } : {}), from: path });
    return written;
  }

  /** A file of the folder as it is. */
  addFile(path: string, file: FolderContent): void {
    this.#files.set(path, { path, live: false, from: file.shown, ...this.#secrets.inFile(file) });
  }

  note(...findings: readonly Finding[]): void {
    this.#findings.push(...findings);
  }

  /** Paths of the folder that a name or pattern means, seen from a directory of it. Reports when there is none. */
  find(name: string, directory: string, place: Place): string[] {
    const paths = pathsOf(this.#fleet, this.#folder);
    const path = inFolder(directory, name);
    if (path === undefined) {
      this.#findings.push(
        finding(place, `\`${name}\` lies outside the folder`, 'keep what belongs to the fleet inside it'),
      );
      return [];
    }
    const found = matchPaths(path, paths);
    if (found.length === 0) {
      const hint = didYouMean(path, paths) ?? 'paths are relative to the file that names them';
      this.#findings.push(finding(place, `no file of the folder is named \`${path}\``, hint));
    }
    return found;
  }

  /** Takes a file of the folder along under a directory of its own. @returns its path on the host */
  ship(path: string, top: string, live: boolean, place: Place): string {
    const to = path.startsWith(`${top}/`) ? path : `${top}/${path}`;
    const file = fileOf(this.#fleet, this.#folder, path);
    if (!file) return to;
    const other = this.#files.get(to);
    if (file.holdsKinds) {
      this.#findings.push(finding(place, `\`${path}\` holds resources of the fleet, not native configuration`));
    } else if (other && other.from !== file.shown) {
      this.#findings.push(
        finding(place, `${other.from} and ${file.shown} would both become ${to}`, 'rename one of them'),
      );
    }
    this.#files.set(to, { path: to, live, from: file.shown, ...this.#contentOf(file, top, live, place) });
    return to;
  }

  /** `${secret:0:5}` is a part of a variable there, and so would be what was meant for a reference: no error, and not the value. */
  #scriptOf(file: FolderContent): Pick<SpecFile, 'content'> {
    const text = Buffer.from(file.content).toString('utf8');
    for (const { name, offset } of findReferences(text)) {
      if (name === undefined || /^\d/.test(name)) continue;
      const message = `a script can’t be given a secret: ${showReference(name)} is a part of a variable to its shell`;
      const hint = 'let it read a file of the host that its unit’s user may read';
      this.#findings.push(finding(placeOf(file.shown, text, offset), message, hint));
    }
    return { content: file.content };
  }

  #contentOf(file: FolderContent, top: string, live: boolean, place: Place): Pick<SpecFile, 'content' | 'secret'> {
    if (top === 'scripts') return this.#scriptOf(file);
    const found: { content: Uint8Array; secret?: SecretForm } = this.#secrets.inFile(file);
    if (!found.secret || (!live && top !== 'rules')) return found;
    const shows = live ? 'targets' : 'rules';
    this.#findings.push(
      finding(
        place,
        `${file.shown} names a secret, and ${shows} are shown to everyone who opens the page of a Prometheus`,
      ),
    );
    return found;
  }
}
