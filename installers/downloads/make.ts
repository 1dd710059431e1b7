import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import {
  type Download,
  directoryOf,
  type Encoding,
  type Manifest,
  type Platform,
} from '../../controller/downloads/manifest.ts';
import { type PackedFile, tarOf } from '../../controller/releases/pack.ts';
import { nodePackage } from './node-package.ts';
import { packedFile, place, sha256Of } from './packed-files.ts';
import { runtimeTar } from './runtime-tar.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const read = (file: string): Buffer => readFileSync(join(ROOT, file));

export interface Made {
  readonly into: string;
  readonly platforms: readonly Platform[];
  readonly encodings: readonly Encoding[];
}

/** Makes what hosts download. dist/agent.cjs must be there; only what changed costs time. The manifest comes last, in one piece. */
export async function makeDownloads({ into, platforms, encodings }: Made): Promise<Manifest> {
  mkdirSync(into, { recursive: true });
  const downloads: Download[] = [];
  for (const platform of platforms) {
    const runtime = await runtimeFor(platform, into, encodings);
    downloads.push(runtime, await agentFor(runtime, into, encodings));
  }
  const made: Manifest = { downloads };
  writeFileSync(join(into, 'manifest.json.new'), `${JSON.stringify(made, undefined, 2)}\n`);
  renameSync(join(into, 'manifest.json.new'), join(into, 'manifest.json'));
  const named = new Set(['manifest.json', ...downloads.flatMap(({ files }) => files.map(({ file }) => file))]);
  for (const file of readdirSync(into).filter((file) => !named.has(file))) rmSync(join(into, file));
  return made;
}

/** Made of the locked package, and by these files: while they are the same, so are its bytes. */
async function runtimeFor(platform: Platform, into: string, encodings: readonly Encoding[]): Promise<Download> {
  const node = nodePackage(platform);
  const how = [
    'installers/downloads/runtime-tar.ts',
    'installers/downloads/strip-elf.ts',
    'controller/releases/pack.ts',
  ];
  const recipe = [node.integrity, ...how.map((file) => sha256Of(read(file)))].join('\0');
  return download({ name: 'runtime', version: node.version, platform }, recipe, into, encodings, () =>
    runtimeTar(platform),
  );
}

/** The bundle, its launcher, its systemd unit, what its administrator may say, and the name of the one runtime that it was made for. */
export async function agentFor(runtime: Download, into: string, encodings: readonly Encoding[]): Promise<Download> {
  const { version } = JSON.parse(read('package.json').toString()) as { version: string };
  const files: PackedFile[] = [
    { source: read('dist/agent.cjs'), to: 'agent.cjs', executable: false },
    { source: read('installers/promfleet-agent'), to: 'promfleet-agent', executable: true },
    { source: read('installers/systemd/promfleet-agent.service'), to: 'promfleet-agent.service', executable: false },
    { source: read('installers/agent.yaml'), to: 'agent.yaml.example', executable: false },
    { source: read('LICENSE'), to: 'LICENSE', executable: false },
    { source: Buffer.from(`${directoryOf(runtime)}\n`), to: 'runtime', executable: false },
  ];
  const tar = await buffer(tarOf(files));
  const named = { name: 'agent' as const, version, platform: runtime.platform };
  return download(named, sha256Of(tar), into, encodings, () => Promise.resolve(tar));
}

async function download(
  named: Pick<Download, 'name' | 'version' | 'platform'>,
  recipe: string,
  into: string,
  encodings: readonly Encoding[],
  makeTar: () => Promise<Buffer>,
): Promise<Download> {
  let making: Promise<Buffer> | undefined;
  const once = () => (making ??= makeTar());
  const files: Download['files'] = [];
  let tar = { sha256: '', size: 0 };
  for (const encoding of encodings) {
    const kept = await packedFile(recipe, encoding, once);
    tar = kept.tar;
    const stem = `${named.name}-${directoryOf({ ...named, ...tar })}-${named.platform}`;
    files.push(place(kept.path, into, stem, kept.packed));
  }
  return { ...named, ...tar, files };
}
