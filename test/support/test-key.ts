import { randomBytes } from 'node:crypto';
import type { KeySource } from '../../controller/secrets/key.ts';

/** The key of a test's secrets; like one in a file, it is made when it is first needed. */
export function testKey(): KeySource {
  let key: Buffer | undefined;
  return {
    from: 'a test',
    get present() {
      return key;
    },
    left: undefined,
    demand: () => (key ??= randomBytes(32)),
    forgetLeft() {},
  };
}
