import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { type Encoding, type Packed } from '../../controller/downloads/manifest.ts';
import { compress } from '../../controller/releases/pack.ts';

const KEEP_MS = 60 * 86_400_000;

type Program = readonly [string, ...string[]];

/** One thread and no name, so that the bytes follow from the content and the program's version alone. */
const PROGRAMS: Readonly<Record<Encoding, { readonly command: Program; readonly suffix: string }>> = {
  xz: { command: ['xz', '--threads=1', '-4'], suffix: 'tar.xz' },
  gzip: { command: ['gzip', '--no-name', '-9'], suffix: 'tar.gz' },
};

/** What takes a minute to make is kept here, by what it was made of. */
const cacheDirectory = (): string =>
  process.env['PROMFLEET_BUILD_CACHE'] ??
  join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'promfleet-build');

export interface Tar {
  readonly sha256: string;
  readonly size: number;
}

type Kept = { readonly tar: Tar; readonly packed: Omit<Packed, 'file'> };

export const canPack = (encoding: Encoding): boolean => versionOf(encoding) !== '';

function versionOf(encoding: Encoding): string {
  try {
    return execFileSync(PROGRAMS[encoding].command[0], ['--version'], { encoding: 'utf8' }).split('\n')[0] ?? '';
  } catch {
    return '';
  }
}

/** A tar, compressed, from the cache or made: `recipe` is all that its bytes follow from. Returns where it lies. */
export async function packedFile(
  recipe: string,
  encoding: Encoding,
  makeTar: () => Promise<Buffer>,
): Promise<Kept & { readonly path: string }> {
  const key = sha256Of([recipe, versionOf(encoding), ...PROGRAMS[encoding].command].join('\0'));
  const cache = cacheDirectory();
  const path = join(cache, `${key.slice(0, 32)}.${PROGRAMS[encoding].suffix}`);
  const note = `${path}.json`;
  if (existsSync(note)) {
    for (const used of [path, note]) utimesSync(used, new Date(), new Date());
    return { ...(JSON.parse(readFileSync(note, 'utf8')) as Kept), path };
  }
  const tar = await makeTar();
  mkdirSync(cache, { recursive: true });
  removeOld(cache);
  const beside = `${path}.${randomBytes(4).toString('hex')}`;
  await compress(Readable.from([tar]), PROGRAMS[encoding].command, beside);
  const bytes = readFileSync(beside);
  const kept: Kept = {
    tar: { sha256: sha256Of(tar), size: tar.length },
    packed: { encoding, size: bytes.length, sha256: sha256Of(bytes) },
  };
  renameSync(beside, path);
  writeFileSync(beside, JSON.stringify(kept));
  renameSync(beside, note);
  return { ...kept, path };
}

/** What nobody wanted for so long was made of other sources. */
function removeOld(cache: string): void {
  for (const name of readdirSync(cache)) {
    const path = join(cache, name);
    if (Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0) > KEEP_MS) rmSync(path, { force: true });
  }
}

/** Puts it where the controller serves it from. */
export function place(path: string, into: string, stem: string, packed: Omit<Packed, 'file'>): Packed {
  const file = `${stem}.${PROGRAMS[packed.encoding].suffix}`;
  const to = join(into, file);
  if (!existsSync(to) || statSync(to).size !== packed.size) {
    copyFileSync(path, `${to}.new`, constants.COPYFILE_FICLONE);
    renameSync(`${to}.new`, to);
  }
  return { ...packed, file };
}

export const sha256Of = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex');
