import { lstatSync, readFileSync } from 'node:fs';
import { sha256 } from '../../proto/digest.ts';

const MOST_REMEMBERED = 20_000;

/** The digest of a file, read again only when the file system says that it changed. */
export class FileDigests {
  readonly #known = new Map<string, { stamp: string; digest: string }>();

  /** '' when there is no such regular file. */
  of(path: string): string {
    const stat = lstatSync(path, { throwIfNoEntry: false, bigint: true });
    if (!stat?.isFile()) return '';
    // The change time can't be set back by hand, as the modification time can.
    const stamp = `${stat.ino} ${stat.size} ${stat.ctimeNs}`;
    const known = this.#known.get(path);
    if (known?.stamp === stamp) return known.digest;
    if (this.#known.size >= MOST_REMEMBERED) this.#known.clear();
    const digest = sha256(readFileSync(path));
    this.#known.set(path, { stamp, digest });
    return digest;
  }
}
