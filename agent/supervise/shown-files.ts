import { mkdirSync } from 'node:fs';
import type { Bind } from '../../proto/spec.ts';
import type { Identity } from './supervisor.ts';

/**
 * In a view of the file system that is the program's alone. Where a place is missing, one is laid over the nearest directory that there is;
 * then each of the files is shown at its place. Nothing of the host is changed, and with the program it is gone.
 */
const SHOW = `set -e
scratch=$1; shift
while [ "$1" != -- ]; do
  base=$1
  while [ ! -d "$base" ]; do base=\${base%/*}; done
  if [ "$base" != "$1" ]; then
    mkdir -p "$scratch$1"
    mount -t overlay overlay -o "lowerdir=$scratch$base:$base" "$base"
  fi
  shift
done
shift
while [ "$1" != -- ]; do mount --bind "$1" "$2"; shift 2; done
shift
exec "$@"`;

/** What is spawned so that a program sees the files of its release where it looks for them; it becomes the program itself. */
export function showing(
  binds: readonly Bind[],
  run: { readonly program: string; readonly argv: readonly string[]; readonly identity: Identity | undefined },
  scratch: string,
  isRoot = process.getuid?.() === 0,
): { readonly program: string; readonly argv: readonly string[]; readonly identity: Identity | undefined } {
  if (binds.length === 0) return run;
  mkdirSync(scratch, { recursive: true, mode: 0o755 });
  const { program, argv, identity } = run;
  const own = ['--mount', '--propagation', 'slave', ...(isRoot ? [] : ['--user', '--map-root-user'])];
  const pairs = binds.flatMap(({ from, to }) => [from, to]);
  const places = binds.map(({ to }) => to);
  const as = identity ? [`--reuid=${identity.uid}`, `--regid=${identity.gid}`, '--clear-groups'] : [];
  const less = ['setpriv', ...as, '--no-new-privs', '--inh-caps=-all', '--bounding-set=-all', '--', program, ...argv];
  return {
    program: 'unshare',
    argv: [...own, '--', 'sh', '-c', SHOW, 'sh', scratch, ...places, '--', ...pairs, '--', ...less],
    identity: undefined,
  };
}
