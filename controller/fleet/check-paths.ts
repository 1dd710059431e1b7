import { normalize } from 'node:path/posix';
import { Fault, type Finding } from '../../proto/fault.ts';

const LONGEST = 512;
const MOST_FILES = 20_000;
const CONTROL = /[\p{Cc}\\]/u;

interface Handed {
  readonly folder: string;
  readonly files: readonly { readonly path: string }[];
}

/**
 * A folder comes over the network as a list: nothing in it may lead out of a directory that it is written to, and no disk
 * holds two files of one name. @throws Fault `invalid` naming each that is wrong
 */
export function checkPaths({ folder, files }: Handed): void {
  if (CONTROL.test(folder) || folder.length > LONGEST) {
    throw new Fault('invalid', `cannot take the folder ${JSON.stringify(folder.slice(0, LONGEST))}: that is no name`);
  }
  if (files.length > MOST_FILES) {
    throw new Fault('invalid', `cannot take the folder ${folder}: it holds ${files.length} files`, {
      hint: `a fleet has at most ${MOST_FILES}: is something in the folder that does not belong to it?`,
    });
  }
  const paths = new Set<string>();
  const directories = new Set(files.flatMap(({ path }) => directoriesOf(path)));
  const findings = files.flatMap(({ path }): Finding[] => {
    const reason = reasonAgainst(path, paths, directories);
    paths.add(path);
    return reason === undefined ? [] : [{ message: `${JSON.stringify(path.slice(0, LONGEST))} ${reason}` }];
  });
  if (findings.length > 0) throw new Fault('invalid', 'cannot take the folder: not every path is one', { findings });
}

function reasonAgainst(path: string, taken: Set<string>, directories: Set<string>): string | undefined {
  if (path.length > LONGEST) return `is longer than ${LONGEST} characters`;
  if (CONTROL.test(path)) return 'has a backslash or a control character in it';
  if (path.startsWith('/') || path.startsWith('../') || path !== normalize(path) || /^\.\.?$|\/$|^$/.test(path)) {
    return 'is no plain path below the folder';
  }
  if (taken.has(path)) return 'is there twice';
  return directories.has(path) ? 'is a file and a directory' : undefined;
}

function directoriesOf(path: string): string[] {
  const parts = path.slice(0, LONGEST).split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}
