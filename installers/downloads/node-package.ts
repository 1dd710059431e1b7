import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { unpackTar } from 'modern-tar';
import type { Platform } from '../../controller/downloads/manifest.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const WANTED = ['bin/node', 'LICENSE'] as const;

export interface NodePackage {
  readonly name: string;
  readonly version: string;
  /** As package-lock.json has it: `sha512-…` of the package's archive. */
  readonly integrity: string;
}

export interface NodeFiles {
  readonly program: Buffer;
  readonly licence: Buffer;
}

/** The npm package that package-lock.json names for a platform: the one source of the Node that hosts get. */
export function nodePackage(platform: Platform): NodePackage {
  const name = `node-${platform}`;
  const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { version: string; integrity: string }>;
  };
  const entry = lock.packages[`node_modules/${name}`];
  if (!entry?.integrity.startsWith('sha512-')) throw new Error(`package-lock.json does not pin ${name}`);
  return { name, version: entry.version, integrity: entry.integrity };
}

/** From node_modules, where npm has verified it; for another platform than this one from npm's cache or its registry. */
export async function readNodeFiles(wanted: NodePackage): Promise<NodeFiles> {
  const installed = join(ROOT, 'node_modules', wanted.name);
  if (existsSync(join(installed, 'bin/node')) && versionOf(installed) === wanted.version) {
    const [program, licence] = WANTED.map((file) => readFileSync(join(installed, file)));
    return { program, licence } as NodeFiles;
  }
  return unpack(wanted, await fetchPackage(wanted));
}

const versionOf = (directory: string): string =>
  (JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as { version: string }).version;

async function fetchPackage({ name, version }: NodePackage): Promise<Buffer> {
  const into = mkdtempSync(join(tmpdir(), 'promfleet-build-'));
  try {
    const words = ['pack', `${name}@${version}`, '--pack-destination', into, '--loglevel=error', '--ignore-scripts'];
    await promisify(execFile)('npm', words, { cwd: ROOT });
    return readFileSync(join(into, readdirSync(into)[0] as string));
  } finally {
    rmSync(into, { recursive: true, force: true });
  }
}

/** @throws Error when the archive is not the one that package-lock.json pins. */
export async function unpack({ name, version, integrity }: NodePackage, archive: Buffer): Promise<NodeFiles> {
  const found = `sha512-${createHash('sha512').update(archive).digest('base64')}`;
  if (found !== integrity) throw new Error(`${name}@${version} is not what package-lock.json pins: ${found}`);
  const entries = await unpackTar(gunzipSync(archive), {
    filter: (header) => WANTED.some((file) => header.name === `package/${file}`),
  });
  const [program, licence] = WANTED.map((file) => {
    const data = entries.find(({ header }) => header.name === `package/${file}`)?.data;
    if (!data) throw new Error(`${name}@${version} has no ${file}`);
    return Buffer.from(data);
  });
  return { program, licence } as NodeFiles;
}
