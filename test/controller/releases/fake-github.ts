import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { packTar, type TarEntry } from 'modern-tar';
import { type Network, openNetwork } from '../../../controller/releases/network.ts';

type Trouble = (request: IncomingMessage, response: ServerResponse, body: Buffer) => void;

/** Stands in for GitHub, or for any other server of files: real HTTP, with the trouble that a test asks for. */
export class FakeGithub implements AsyncDisposable {
  readonly files = new Map<string, Buffer>();
  readonly asked: { path: string; range: string | undefined }[] = [];
  /** Taken from the front, one per request; then the server behaves. */
  readonly troubles: Trouble[] = [];
  readonly #server = createServer((request, response) => this.#answer(request, response));
  url = '';

  async start(): Promise<this> {
    await new Promise<void>((listening) => this.#server.listen(0, '127.0.0.1', listening));
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((closed) => this.#server.close(closed));
  }

  /** Puts a release where GitHub would have it. */
  publish(repository: string, name: string, version: string, archives: Readonly<Record<string, Buffer>>): void {
    const folder = `/${repository}/releases/download/v${version}`;
    const lines = Object.entries(archives).map(([arch, bytes]) => {
      const file = `${name}-${version}.linux-${arch}.tar.gz`;
      this.files.set(`${folder}/${file}`, bytes);
      return `${sha256(bytes)}  ${file}\n`;
    });
    this.files.set(`${folder}/sha256sums.txt`, Buffer.from(lines.join('')));
  }

  askedFor(ending: string): number {
    return this.asked.filter(({ path }) => path.endsWith(ending)).length;
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const path = new URL(request.url ?? '/', 'http://any').pathname;
    this.asked.push({ path, range: request.headers.range });
    const body = this.files.get(path);
    const trouble = body && this.troubles.shift();
    if (!body) response.writeHead(404).end('not here');
    else (trouble ?? behave)(request, response, body);
  }
}

const behave: Trouble = (request, response, body) => {
  const etag = `"${sha256(body)}"`;
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? -1);
  const isSame = [undefined, etag].includes(request.headers['if-range'] as string | undefined);
  if (from >= body.length) response.writeHead(416).end();
  else if (from > 0 && isSame) {
    const rest = body.subarray(from);
    const range = `bytes ${from}-${body.length - 1}/${body.length}`;
    response.writeHead(206, { etag, 'content-length': rest.length, 'content-range': range }).end(rest);
  } else response.writeHead(200, { etag, 'content-length': body.length }).end(body);
};

/** Cuts the connection after as many bytes, once they have had time to arrive. */
export const cutAfter =
  (count: number): Trouble =>
  (_, response, body) => {
    response.writeHead(200, { etag: `"${sha256(body)}"`, 'content-length': body.length });
    response.write(body.subarray(0, count), () => setTimeout(() => response.destroy(), 300));
  };

export const answerStatus =
  (status: number): Trouble =>
  (_, response) =>
    void response.writeHead(status).end('trouble');

/** Sends a few bytes and then nothing. */
export const stall: Trouble = (_, response, body) => {
  response.writeHead(200, { 'content-length': body.length });
  response.write(body.subarray(0, 10));
};

export const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

export async function archiveOf(...entries: TarEntry[]): Promise<Buffer> {
  return gzipSync(await packTar(entries));
}

/** `mode` 0o755: a program. */
export const file = (name: string, content: string, mode = 0o644): TarEntry => ({
  header: { name, size: Buffer.byteLength(content), mode, type: 'file' },
  body: content,
});

/** An archive as node_exporter's: a directory, a program, a licence. */
export const nodeExporterArchive = (
  version: string,
  arch = 'amd64',
  program = `#!/bin/sh\necho ${version}\n`,
): Promise<Buffer> => {
  const top = `node_exporter-${version}.linux-${arch}`;
  return archiveOf(
    { header: { name: `${top}/`, size: 0, type: 'directory' } },
    file(`${top}/LICENSE`, 'Apache-2.0'),
    file(`${top}/node_exporter`, program, 0o755),
  );
};

/** Impatient, and without waits between attempts. `slept` collects what the waits would have been. */
export const impatientNetwork = (patch: Partial<Network> = {}, slept: number[] = []): Network => ({
  ...openNetwork({}, new AbortController().signal),
  connectTimeoutMs: 300,
  stallTimeoutMs: 1_500,
  chance: () => 1,
  sleep: (ms) => Promise.resolve(void slept.push(ms)),
  ...patch,
});
