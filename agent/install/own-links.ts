import { readdir, realpath } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { Fault } from '../../proto/fault.ts';

/**
 * No link may lead out of the directory that becomes the release: within the archive, beside that directory, it would be unpacked well,
 * and lead to another release once the directory has its place.
 */
export async function requireOwnLinks(root: string): Promise<void> {
  const own = await realpath(root);
  for (const entry of await readdir(root, { withFileTypes: true, recursive: true })) {
    if (!entry.isSymbolicLink()) continue;
    const path = join(entry.parentPath, entry.name);
    const end = await realpath(path).catch(() => '');
    if (!end.startsWith(`${own}/`)) {
      throw new Fault(
        'invalid',
        `cannot unpack ${JSON.stringify(relative(root, path))}: it leads outside its release, or nowhere`,
      );
    }
  }
}
