import { lchownSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** What root leaves in a controller's directory must be the controller's own, or it can't be read. */
export function giveToOwnerOf(directory: string, path: string): void {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = statSync(directory);
  if (statSync(path).isDirectory()) {
    for (const name of readdirSync(path, { recursive: true, encoding: 'utf8' })) lchownSync(join(path, name), uid, gid);
  }
  lchownSync(path, uid, gid);
}
