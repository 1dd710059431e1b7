import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Real tests run what is shipped: dist/ is built from the sources under test before the first of them. */
export function setup(): void {
  execFileSync(process.execPath, [fileURLToPath(new URL('../../installers/build.mjs', import.meta.url)), '--quiet'], {
    stdio: 'inherit',
  });
}
