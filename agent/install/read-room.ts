import { readFileSync, type StatsFs, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Room } from './room.ts';

/** Of the disk that holds a path, or would. */
export function roomAt(path: string): Room {
  const { bavail, bsize, blocks, files, ffree } = statfsOf(path);
  const { at, from, isReadOnly } = mountOf(path);
  const inodes = files === 0 ? Number.POSITIVE_INFINITY : ffree;
  return { disk: from === '' ? at : `${at} (${from})`, free: bavail * bsize, size: blocks * bsize, inodes, isReadOnly };
}

function statfsOf(path: string): StatsFs {
  try {
    return statfsSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || path === '/') throw error;
    return statfsOf(dirname(path));
  }
}

interface Mount {
  readonly at: string;
  readonly from: string;
  readonly isReadOnly: boolean;
}

/** Of two at one place, the later covers the earlier. */
function mountOf(path: string): Mount {
  let found: Mount = { at: path, from: '', isReadOnly: false };
  for (const line of readFileSync('/proc/self/mountinfo', 'utf8').trim().split('\n')) {
    const [before = '', after = ''] = line.split(' - ');
    const [, , , , written = '', options = ''] = before.split(' ');
    const [, source = '', ofDisk = ''] = after.split(' ');
    const at = unescaped(written);
    const holds = at === '/' || path === at || path.startsWith(`${at}/`);
    if (!holds || (found.from !== '' && at.length < found.at.length)) continue;
    found = { at, from: unescaped(source), isReadOnly: [options, ofDisk].some((all) => all.split(',').includes('ro')) };
  }
  return found;
}

const unescaped = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 8)));
