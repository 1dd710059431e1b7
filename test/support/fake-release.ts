import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { packTar, type TarEntry } from 'modern-tar';
import { sha256 } from '../../proto/digest.ts';
import type { Release } from '../../proto/spec.ts';

const PROGRAMS = fileURLToPath(new URL('../fixtures/programs/', import.meta.url));

export interface FakeRelease {
  readonly release: Release;
  readonly archive: Buffer;
}

/** A release in upstream layout whose "prometheus" is test/fixtures/programs/fake-prometheus.mjs. */
export function fakeRelease(version: string): Promise<FakeRelease> {
  const top = `prometheus-${version}.linux-amd64`;
  const start = `#!/bin/sh\nexec '${process.execPath}' "$(dirname "$0")/fake-prometheus.mjs" "$@"\n`;
  return packRelease(version, [
    { header: { name: `${top}/`, type: 'directory', size: 0, mode: 0o755 } },
    entry(`${top}/prometheus`, Buffer.from(start), 0o755),
    entry(`${top}/fake-prometheus.mjs`, readFileSync(`${PROGRAMS}fake-prometheus.mjs`), 0o644),
    entry(`${top}/promtool`, readFileSync(`${PROGRAMS}fake-promtool`), 0o755),
  ]);
}

export const entry = (name: string, body: Uint8Array, mode: number): TarEntry => ({
  header: { name, size: body.length, mode, type: 'file' },
  body,
});

export async function packRelease(version: string, entries: TarEntry[]): Promise<FakeRelease> {
  const tar = await packTar(entries);
  const archive = gzipSync(tar);
  const release = { component: 'prometheus', version, build: 'upstream', arch: 'amd64', sha256: sha256(archive) };
  return { release: { ...release, size: archive.length, unpackedSize: tar.length }, archive };
}
