import { Fault } from '../../proto/fault.ts';

const LINE = /^([0-9a-fA-F]{64}) [ *](.+)$/;

/**
 * The digest that a `sha256sum` list gives for exactly this file: one file lists every platform, and names differ by a suffix
 * only. undefined: the list does not name it.
 * @throws Fault `unavailable` when it is no such list at all (a proxy's page), `invalid` when a line is broken or names the
 * file again.
 */
export function digestFor(list: string, fileName: string, listUrl: string): string | undefined {
  const lines = list.split(/\r?\n/).filter((line) => line.trim() !== '');
  const entries = lines.map((line) => LINE.exec(line));
  if (!entries.some((entry) => entry !== null)) {
    throw new Fault('unavailable', `cannot read ${listUrl}: what answers is no checksum list`);
  }
  const broken = lines[entries.indexOf(null)];
  if (broken !== undefined) {
    throw new Fault('invalid', `cannot trust ${listUrl}: "${broken.slice(0, 80)}" is no line of a checksum list`);
  }
  const named = entries.filter((entry) => entry?.[2] === fileName);
  if (named.length > 1)
    throw new Fault('invalid', `cannot trust ${listUrl}: it names ${fileName} ${named.length} times`);
  return named[0]?.[1]?.toLowerCase();
}
