import { constants } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { BESIDE } from '../state/atomic-file.ts';

/**
 * Whoever reads it sees all of the old or all of the new. The directory belongs to the unit, and this may be root: a link that lies where
 * the file is made is never followed. It need not outlive a power cut: the next run writes it again.
 */
export async function writeOutput(path: string, content: string): Promise<void> {
  const beside = path + BESIDE;
  await rm(beside, { force: true });
  {
    await using file = await open(
      beside,
      constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW,
      0o644,
    );
    await file.writeFile(content);
    await file.chmod(0o644);
  }
  await rename(beside, path);
}
