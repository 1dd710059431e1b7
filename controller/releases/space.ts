import { statfs } from 'node:fs/promises';
import { Fault } from '../../proto/fault.ts';

/** Left free for everything else on the disk: a full disk silently stops a Prometheus from storing. */
const RESERVE_BYTES = 256 * 1024 * 1024;

export type FreeBytes = (directory: string) => Promise<number>;

export const freeBytes: FreeBytes = async (directory) => {
  const { bavail, bsize } = await statfs(directory);
  return bavail * bsize;
};

/** @throws Fault `unavailable` when the disk could not hold `needed` bytes more and keep its reserve. */
export async function requireSpace(directory: string, needed: number, what: string, free: FreeBytes): Promise<void> {
  const missing = needed + RESERVE_BYTES - (await free(directory));
  if (missing > 0) throw noSpace(directory, what, `needs ${mebibytes(missing)} more free`);
}

export const noSpace = (directory: string, what: string, need: string): Fault =>
  new Fault('unavailable', `cannot take in ${what}: the disk that holds ${directory} ${need}`, {
    hint: `free space on it (promfleet keeps ${mebibytes(RESERVE_BYTES)} in reserve) and try again`,
  });

export const isNoSpace = (error: unknown): boolean => (error as NodeJS.ErrnoException | undefined)?.code === 'ENOSPC';

const mebibytes = (bytes: number): string => `${Math.ceil(bytes / 1024 / 1024)} MiB`;
