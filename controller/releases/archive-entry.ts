import { isAbsolute, join, normalize } from 'node:path/posix';
import { Fault } from '../../proto/fault.ts';

export interface ArchiveEntry {
  readonly name: string;
  readonly size: number;
  readonly type?: string | undefined;
  readonly mode?: number | undefined;
  readonly linkname?: string | undefined;
}

const PLAIN = ['file', 'directory'];
const LINKS = ['symlink', 'link'];

/**
 * Where an entry goes below the release's directory: its path without the archive's one top directory ('' is that itself).
 * @throws Fault `invalid` for whatever could write elsewhere or be more than a file, a directory or a link between them.
 */
export function placeOf(entry: ArchiveEntry, topDirectory: string, what: string): string {
  const refuse = (reason: string): Fault =>
    new Fault('invalid', `cannot unpack ${what}: ${JSON.stringify(entry.name)} ${reason}`);
  const type = entry.type ?? 'file';
  if (!PLAIN.includes(type) && !LINKS.includes(type)) throw refuse(`is a ${type}`);
  const place = placeBelow(entry.name, topDirectory);
  if (place === undefined) throw refuse(`lies outside ${topDirectory}/`);
  if (place === '' && type !== 'directory') throw refuse('is no directory');
  if (LINKS.includes(type)) {
    const target = entry.linkname ?? '';
    // A hard link names its target from the archive's root, a symbolic one from where it lies.
    const from = type === 'link' ? '' : join(topDirectory, place, '..');
    const end = isAbsolute(target) || target === '' ? undefined : placeBelow(join(from, target), topDirectory);
    if (end === undefined) throw refuse(`points outside ${topDirectory}/, to ${JSON.stringify(target)}`);
  }
  return place;
}

function placeBelow(name: string, topDirectory: string): string | undefined {
  if (isAbsolute(name) || /[\\\0]/.test(name) || name.split('/').includes('..')) return undefined;
  const path = normalize(name).replace(/\/+$/, '');
  if (path === topDirectory) return '';
  return path.startsWith(`${topDirectory}/`) ? path.slice(topDirectory.length + 1) : undefined;
}

export const topDirectoryOf = (name: string): string => normalize(name).split('/', 1)[0] ?? '';
