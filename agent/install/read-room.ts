import { accessSync, constants, readFileSync, type StatsFs, statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Room } from './room.ts';

/** Of the disk that holds a path, or would. It is looked at often, and seldom named: its name is looked up when it is asked for. */
export function roomAt(path: string): Room & { readonly key: number } {
  const [there, { bavail, bsize, blocks, files, ffree }] = statfsOf(path);
  const isReadOnly = refusesWrites(there);
  return {
    key: statSync(there).dev,
    get disk() {
      const { at, from } = mountOf(there);
      return from === '' ? at : `${at} (${from})`;
    },
    free: bavail * bsize,
    size: blocks * bsize,
    inodes: files === 0 ? Number.POSITIVE_INFINITY : ffree,
    isReadOnly,
  };
}

function statfsOf(path: string): [string, StatsFs] {
  try {
    return [path, statfsSync(path)];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || path === '/') throw error;
    return statfsOf(dirname(path));
  }
}

/** Whatever the rights: the mount or what is mounted is read-only. */
function refusesWrites(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EROFS';
  }
}

interface Mount {
  readonly at: string;
  readonly from: string;
}

/** Of two at one place, the later covers the earlier. */
function mountOf(path: string): Mount {
  let found: Mount = { at: path, from: '' };
  for (const line of readFileSync('/proc/self/mountinfo', 'utf8').trim().split('\n')) {
    const [before = '', after = ''] = line.split(' - ');
    const at = unescaped(before.split(' ')[4] ?? '');
    const holds = at === '/' || path === at || path.startsWith(`${at}/`);
    if (holds && (found.from === '' || at.length >= found.at.length))
      found = { at, from: unescaped(after.split(' ')[1] ?? '') };
  }
  return found;
}

const unescaped = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 8)));
