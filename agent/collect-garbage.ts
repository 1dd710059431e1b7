import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { FetchRelease } from './install/release.ts';

const EVERY_BYTES = 4 * 1024 * 1024;

/**
 * A download passes through the process in small pieces that nothing hurries to collect: the gaps that they leave in the
 * heap would stay for good. Collected every few megabytes, they take the same few again.
 */
export const collectingGarbage = (fetch: FetchRelease): FetchRelease =>
  async function* (sha256, offset, signal) {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    let passed = 0;
    for await (const chunk of fetch(sha256, offset, signal)) {
      yield chunk;
      passed += chunk.length;
      if (passed < EVERY_BYTES) continue;
      passed = 0;
      collect();
    }
    collect();
  };
