import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { packTar, type TarSource } from 'modern-tar/fs';
import { Fault } from '../../proto/fault.ts';

export interface PackedFile {
  readonly source: string;
  /** Path inside the archive's top directory. */
  readonly to: string;
  readonly executable: boolean;
}

/**
 * Writes a release archive whose bytes follow from its content alone: sorted, no times, no owners. Compressed by `gzip`,
 * because what Node's own zlib makes depends on what the processor can do; lightly, because someone waits for it.
 */
export async function packArchive(into: string, topDirectory: string, files: readonly PackedFile[]): Promise<void> {
  const common = { mtime: new Date(0), uid: 0, gid: 0 };
  const sources: TarSource[] = files
    .toSorted((a, b) => (a.to < b.to ? -1 : 1))
    .map(({ source, to, executable }) => ({
      ...common,
      type: 'file',
      source,
      target: `${topDirectory}/${to}`,
      mode: executable ? 0o755 : 0o644,
    }));
  const top: TarSource = { ...common, type: 'content', content: '', target: `${topDirectory}/`, mode: 0o755 };
  const gzip = spawn('gzip', ['--no-name', '-1'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(gzip, 'close') as Promise<[number | null]>;
  const [, , [code]] = await Promise.all([
    pipeline(packTar([top, ...sources]), gzip.stdin),
    pipeline(gzip.stdout, createWriteStream(into)),
    ended,
  ]);
  if (code !== 0) throw new Fault('internal', `cannot pack ${topDirectory}: gzip ended with code ${code}`);
}
