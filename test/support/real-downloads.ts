import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** dist/downloads for this machine's platform: made once, kept outside the repository, and only looked at after that. */
export function buildDownloads(): void {
  const program = fileURLToPath(new URL('../../installers/build-downloads.ts', import.meta.url));
  execFileSync(process.execPath, [program, '--quiet', '--platform', `linux-${process.arch}`], { stdio: 'inherit' });
}
