import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { homedir } from 'node:os';
import { dirname, join, normalize } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { CATALOGUE } from '../../controller/catalogue/catalogue.ts';
import type { Component } from '../../controller/catalogue/component.ts';
import { AptSource } from '../../controller/releases/apt/apt.ts';
import { archiveName, releasePath, versionsPath } from '../../controller/releases/upstream-layout.ts';

const SUITES = ['bookworm', 'trixie', 'sid'];
const CACHE = process.env['PROMFLEET_TEST_CACHE'] ?? join(homedir(), '.cache', 'promfleet-test');
/** Part of the cache's name: raise it when what is built changes. */
const SHAPE = 2;
const BUILD_PATIENCE_MS = 240_000;

export const machineArch = process.arch === 'x64' ? 'amd64' : process.arch;

export interface RealMirror extends AsyncDisposable {
  /** Of a mirror, as `{ mirror: url }` takes it. */
  readonly url: string;
  /** What Debian has today, newest first: never a list written down here. */
  readonly versions: Readonly<Record<string, readonly string[]>>;
}

/**
 * Real releases of every component of the catalogue, in every version that Debian has, served in GitHub's layout on
 * loopback, or on another address of this machine. Built once by the product's own apt source and kept outside the repository.
 */
export async function realMirror(address = '127.0.0.1'): Promise<RealMirror> {
  const tree = await builtTree();
  const versions = JSON.parse(await readFile(join(tree, 'versions.json'), 'utf8')) as Record<string, string[]>;
  const server = createServer((request, response) => void answer(join(tree, normalize(request.url ?? '/')), response));
  await new Promise<void>((listening) => server.listen(0, address, listening));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${address}:${port}`,
    versions,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

async function answer(path: string, response: ServerResponse): Promise<void> {
  const stats = await stat(path).catch(() => undefined);
  if (!stats?.isFile()) {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, { 'content-length': stats.size });
  // A client that hangs up is no error of the server's.
  await pipeline(createReadStream(path), response).catch(() => undefined);
}

async function builtTree(): Promise<string> {
  const tree = join(CACHE, `releases-${SHAPE}-${machineArch}`);
  const isBuilt = () =>
    stat(join(tree, 'versions.json')).then(
      () => true,
      () => false,
    );
  if (await isBuilt()) return tree;
  await mkdir(CACHE, { recursive: true });
  await using lock = await takeLock(`${tree}.lock`);
  if (await isBuilt()) return tree;
  const building = `${tree}.building`;
  await rm(building, { recursive: true, force: true });
  await rm(tree, { recursive: true, force: true });
  await buildTree(building, lock.signal);
  await rename(building, tree);
  return tree;
}

async function buildTree(tree: string, signal: AbortSignal): Promise<void> {
  const directory = join(CACHE, 'apt');
  const apt = new AptSource({ directory, suites: SUITES, now: Date.now, signal, onProgress: () => undefined });
  const versions: Record<string, string[]> = {};
  // What Debian has no package of has no release here.
  for (const component of [...CATALOGUE.values()].filter(({ artifact }) => artifact.debianPackage !== '')) {
    const offers = await apt.versions(component, machineArch);
    versions[component.name] = [...new Set(offers.map(({ version }) => version))];
    for (const version of versions[component.name] ?? []) await addRelease(tree, apt, component, version);
    await writeFile(join(tree, versionsPath(component.artifact)), `${versions[component.name]?.join('\n')}\n`);
  }
  await writeFile(join(tree, 'versions.json'), JSON.stringify(versions));
}

async function addRelease(
  tree: string,
  apt: AptSource,
  { artifact, ...component }: Component,
  version: string,
): Promise<void> {
  const name = archiveName(artifact, version, machineArch);
  const file = join(tree, releasePath(artifact, version), name);
  await mkdir(dirname(file), { recursive: true });
  await (await apt.locate({ artifact, ...component }, version, machineArch)).fetch(file, () => undefined);
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  await writeFile(join(dirname(file), artifact.checksums), `${hash.digest('hex')}  ${name}\n`);
}

/** One builder at a time; a lock whose owner is gone is taken over. */
async function takeLock(path: string): Promise<AsyncDisposable & { signal: AbortSignal }> {
  const until = Date.now() + BUILD_PATIENCE_MS;
  for (;;) {
    try {
      const handle = await open(path, 'wx');
      await handle.writeFile(String(process.pid));
      await handle.close();
      return { signal: AbortSignal.timeout(BUILD_PATIENCE_MS), [Symbol.asyncDispose]: () => rm(path, { force: true }) };
    } catch {
      if (Date.now() > until) throw new Error(`cannot build the real releases: ${path} is held for too long`);
    }
    const owner = Number(await readFile(path, 'utf8').catch(() => '0'));
    const alive = await readdir(`/proc/${owner}`).then(
      () => true,
      () => false,
    );
    if (owner > 0 && !alive) await rm(path, { force: true });
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}
