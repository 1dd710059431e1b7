import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { packTar, type TarSource } from 'modern-tar/fs';
import { Fault } from '../../proto/fault.ts';

export interface PackedFile {
  /** A path, or the content itself. */
  readonly source: string | Uint8Array;
  /** Path inside the archive's top directory. */
  readonly to: string;
  readonly executable: boolean;
}

/** Writes a release archive; lightly compressed, because someone waits for it. */
export const packArchive = (into: string, topDirectory: string, files: readonly PackedFile[]): Promise<void> =>
  compress(tarOf(files, `${topDirectory}/`), ['gzip', '--no-name', '-1'], into);

/** A tar whose bytes follow from its content alone: sorted, no times, no owners. */
export function tarOf(files: readonly PackedFile[], topDirectory = ''): Readable {
  const common = { mtime: new Date(0), uid: 0, gid: 0 };
  const sources = files
    .toSorted((a, b) => (a.to < b.to ? -1 : 1))
    .map(({ source, to, executable }): TarSource => {
      const entry = { ...common, target: topDirectory + to, mode: executable ? 0o755 : 0o644 };
      return typeof source === 'string'
        ? { ...entry, type: 'file', source }
        : { ...entry, type: 'content', content: source };
    });
  const top: TarSource = { ...common, type: 'content', content: '', target: topDirectory, mode: 0o755 };
  return packTar(topDirectory === '' ? sources : [top, ...sources]);
}

/** By a program of its own: what Node's zlib makes depends on what the processor can do. */
export async function compress(input: Readable, [program, ...args]: readonly [string, ...string[]], into: string) {
  const packing = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(packing, 'close') as Promise<[number | null]>;
  const [, , [code]] = await Promise.all([
    pipeline(input, packing.stdin),
    pipeline(packing.stdout, createWriteStream(into)),
    ended,
  ]);
  if (code !== 0) throw new Fault('internal', `cannot write ${into}: ${program} ended with code ${code}`);
}
