import { Fault } from '../../proto/fault.ts';

const LINE = /^([0-9a-fA-F]{64}) [ *](.+)$/;

/**
 * The digest that a `sha256sum` list gives for exactly this file: one file lists every platform, and names differ by a suffix
 * only. undefined: the list does not name it.
 * @throws Fault `invalid` when the list is not one, or names the file twice with different digests.
 */
export function digestFor(list: string, fileName: string): string | undefined {
  let found: string | undefined;
  for (const line of list.split('\n').map((text) => text.replace(/\r$/, ''))) {
    if (line.trim() === '') continue;
    const [, digest, name] = LINE.exec(line) ?? [];
    if (!digest || !name)
      throw new Fault('invalid', `cannot read checksum list: "${line.slice(0, 80)}" is no line of one`);
    if (name !== fileName) continue;
    const sha256 = digest.toLowerCase();
    if (found !== undefined && found !== sha256) {
      throw new Fault(
        'invalid',
        `cannot trust checksum list: it gives ${fileName} two digests, ${found} and ${sha256}`,
      );
    }
    found = sha256;
  }
  return found;
}
