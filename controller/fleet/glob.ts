import { join, normalize } from 'node:path/posix';

const MAGIC = /[*?[]/;

/** Paths that a pattern means: `*` and `?` stay within one directory, `**` crosses them, `[abc]` is one character. */
export function matchPaths(pattern: string, paths: readonly string[]): string[] {
  if (!MAGIC.test(pattern)) return paths.filter((path) => path === pattern);
  const regex = compile(
    `^${pattern
      // Several in a row mean no more than one, and would take for ever.
      .replace(/(?:\*\*\/)+/g, '**/')
      .split(/(\*\*\/|\*\*|\*|\?|\[[^\]]+\])/)
      .map(translate)
      .join('')}$`,
  );
  return regex ? paths.filter((path) => regex.test(path)) : [];
}

/** `[z-a]` is no set of characters: such a pattern means nothing. */
function compile(source: string): RegExp | undefined {
  try {
    return new RegExp(source);
  } catch {
    return undefined;
  }
}

function translate(part: string, index: number): string {
  if (index % 2 === 0) return part.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&');
  if (part === '**/') return '(?:.*/)?';
  if (part === '**') return '.*';
  if (part === '*') return '[^/]*';
  return part === '?' ? '[^/]' : part.replace(/^\[!/, '[^').replaceAll('\\', '\\\\');
}

/** A path in the folder, named from a directory of it; undefined when it leads out of the folder. */
export function inFolder(directory: string, named: string): string | undefined {
  const path = normalize(join(directory, named));
  return path === '..' || path.startsWith('../') || path.startsWith('/') ? undefined : path;
}
