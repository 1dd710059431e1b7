import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, request, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { join } from 'node:path';
import { onTestFinished, test } from 'vitest';
import { downloadFile, readText } from '../../../controller/releases/download.ts';
import type { Network } from '../../../controller/releases/network.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { answerStatus, cutAfter, FakeGithub, impatientNetwork, sha256, stall } from './fake-github.ts';

const BODY = randomBytes(300_000);

async function begin() {
  const github = await new FakeGithub().start();
  const directory = temporaryDirectory();
  onTestFinished(async () => {
    directory[Symbol.dispose]();
    await github[Symbol.asyncDispose]();
  });
  github.files.set('/a.tar.gz', BODY);
  const into = join(directory.path, 'a.tar.gz');
  const heard: [number, number][] = [];
  const fetchIt = (network: Network = impatientNetwork(), digest = sha256(BODY), free = 1e12) =>
    downloadFile(
      {
        url: `${github.url}/a.tar.gz`,
        into,
        sha256: digest,
        onBytes: (done, total) => heard.push([done, total]),
        free: () => Promise.resolve(free),
      },
      network,
    );
  return { github, into, heard, fetchIt };
}

test('a cut connection is continued where it broke, and progress never goes back', async () => {
  const { github, into, heard, fetchIt } = await begin();
  const slept: number[] = [];
  github.troubles.push(cutAfter(100_000));
  await fetchIt(impatientNetwork({}, slept));
  assert.deepEqual(readFileSync(into), BODY);
  const from = Number(/^bytes=(\d+)-$/.exec(github.asked[1]?.range ?? '')?.[1]);
  assert.ok(from > 0 && from <= 100_000, `continued from ${from}`);
  assert.deepEqual(heard.at(-1), [BODY.length, BODY.length]);
  assert.deepEqual(
    heard.map(([done]) => done),
    heard.map(([done]) => done).toSorted((a, b) => a - b),
  );
  assert.deepEqual(slept, [500]);
});

test('what an earlier controller left is continued', async () => {
  const { github, into, fetchIt } = await begin();
  writeFileSync(into, BODY.subarray(0, 200_000));
  await fetchIt();
  assert.deepEqual(readFileSync(into), BODY);
  assert.deepEqual(
    github.asked.map(({ range }) => range),
    ['bytes=200000-'],
  );
});

test('what was left of another file, or more than all of it, is begun anew', async () => {
  for (const left of [randomBytes(1000), randomBytes(BODY.length + 1)]) {
    const { into, fetchIt } = await begin();
    writeFileSync(into, left);
    await fetchIt();
    assert.deepEqual(readFileSync(into), BODY);
  }
});

test('a file that was whole already is not fetched again', async () => {
  const { github, into, fetchIt } = await begin();
  writeFileSync(into, BODY);
  await fetchIt();
  assert.equal(github.asked.length, 1);
  assert.deepEqual(readFileSync(into), BODY);
});

test('a server that forgets how to continue is begun anew', async () => {
  const { github, into, fetchIt } = await begin();
  github.troubles.push(cutAfter(100_000), (_, response, body) => void response.writeHead(200).end(body));
  await fetchIt();
  assert.deepEqual(readFileSync(into), BODY);
});

test('a file that changed while it came is not spliced', async () => {
  const { github, into, fetchIt } = await begin();
  github.troubles.push((_, response, body) => {
    const old = randomBytes(body.length);
    response.writeHead(200, { etag: `"${sha256(old)}"`, 'content-length': old.length });
    response.write(old.subarray(0, 50_000), () => setImmediate(() => response.destroy()));
  });
  await fetchIt();
  assert.deepEqual(readFileSync(into), BODY);
  assert.equal(github.asked.length, 2);
});

test('another digest than promised: both are named and nothing is kept', async () => {
  const { into, fetchIt } = await begin();
  const promised = 'f'.repeat(64);
  await assert.rejects(fetchIt(impatientNetwork(), promised), (fault: Error & { code: string }) => {
    assert.equal(fault.code, 'invalid');
    assert.ok(fault.message.includes(promised) && fault.message.includes(sha256(BODY)), fault.message);
    assert.match(fault.message, /nothing of it was kept/);
    return true;
  });
  assert.equal(existsSync(into), false);
});

test('an archive that always ends early is never taken, however the server counts', async () => {
  const honest = await begin();
  honest.github.troubles.push(...Array.from({ length: 5 }, () => cutAfter(0)));
  await assert.rejects(honest.fetchIt(), { code: 'unavailable', message: /cut after 0 bytes/ });
  assert.equal(honest.github.asked.length, 5);
  const lying = await begin();
  lying.github.files.set('/a.tar.gz', BODY.subarray(0, 1000));
  await assert.rejects(lying.fetchIt(), { code: 'invalid' });
  assert.equal(existsSync(lying.into), false);
});

test('a server that sends nothing more is left, and asked again', async () => {
  const { github, into, fetchIt } = await begin();
  github.troubles.push(stall);
  await fetchIt(impatientNetwork({ stallTimeoutMs: 150 }));
  assert.deepEqual(readFileSync(into), BODY);
  github.troubles.push(...Array.from({ length: 5 }, () => stall));
  writeFileSync(into, '');
  await assert.rejects(fetchIt(impatientNetwork({ stallTimeoutMs: 150 })), {
    code: 'unavailable',
    message: /sends nothing for 0.15 s/,
  });
});

test('a server in trouble is asked five times, waiting twice as long each time', async () => {
  const { github, fetchIt } = await begin();
  const slept: number[] = [];
  github.troubles.push(...Array.from({ length: 5 }, () => answerStatus(503)));
  await assert.rejects(fetchIt(impatientNetwork({}, slept)), { code: 'unavailable', message: /answers 503/ });
  assert.deepEqual(slept, [500, 1000, 2000, 4000]);
});

test('a refusal is no trouble that passes: it is asked once', async () => {
  const { github, fetchIt } = await begin();
  github.troubles.push(answerStatus(403));
  await assert.rejects(fetchIt(), { code: 'unavailable', message: /answers 403/ });
  github.files.clear();
  await assert.rejects(fetchIt(), { code: 'not_found' });
  assert.equal(github.asked.length, 2);
});

test('without room for it nothing is written, and the message says where and how much', async () => {
  const { into, fetchIt } = await begin();
  await assert.rejects(fetchIt(impatientNetwork(), sha256(BODY), 1024 * 1024), (fault: Error & { hint: string }) => {
    assert.match(fault.message, /the disk that holds \S+ needs 256 MiB more free/);
    assert.match(fault.hint, /reserve/);
    return true;
  });
  assert.equal(existsSync(into), false);
});

test('a disk that fills up underway is named, and asked for once', async () => {
  const { github, into, fetchIt } = await begin();
  symlinkSync('/dev/full', into);
  await assert.rejects(fetchIt(), { code: 'unavailable', message: /the disk that holds \S+ is full/ });
  assert.equal(github.asked.length, 1);
});

test('a text that is not there is undefined, and trouble is asked three times', async () => {
  const { github } = await begin();
  github.files.set('/list', Buffer.from('text'));
  github.troubles.push(answerStatus(502), answerStatus(500));
  assert.equal(await readText(`${github.url}/list`, impatientNetwork()), 'text');
  assert.equal(await readText(`${github.url}/other`, impatientNetwork()), undefined);
});

test('who refuses, has no name or never answers is asked once', async () => {
  const slept: number[] = [];
  const network = impatientNetwork({}, slept);
  for (const url of ['http://127.0.0.1:1/', 'http://nobody.invalid/']) {
    await assert.rejects(readText(url, network), { code: 'unavailable', message: /does not answer/ });
  }
  // Takes connections and says nothing: as a proxy it never lets the tunnel stand.
  const deaf = createTcpServer().listen(0, '127.0.0.1');
  await new Promise((listening) => deaf.once('listening', listening));
  onTestFinished(() => void deaf.close());
  const HTTPS_PROXY = `http://127.0.0.1:${(deaf.address() as AddressInfo).port}`;
  await assert.rejects(readText('https://example.invalid/', { ...network, env: { HTTPS_PROXY } }), {
    code: 'unavailable',
    message: /does not answer: no connection within 0.3 s/,
  });
  assert.deepEqual(slept, []);
});

test('redirects are followed, but never out of TLS nor for ever', async () => {
  const { github, into, fetchIt } = await begin();
  github.troubles.push((_, response) => void response.writeHead(302, { location: '/a.tar.gz?signed' }).end());
  await fetchIt();
  assert.deepEqual(readFileSync(into), BODY);
  const round = (_: unknown, response: ServerResponse) => void response.writeHead(302, { location: '/a.tar.gz' }).end();
  github.troubles.push(...Array.from({ length: 6 }, () => round));
  await assert.rejects(readText(`${github.url}/a.tar.gz`, impatientNetwork()), { message: /redirects more than 5/ });
});

test('a proxy in the environment is used, and left out for whom NO_PROXY names', async () => {
  const { github, into, fetchIt } = await begin();
  const seen: (string | undefined)[] = [];
  const proxy = createServer((incoming, response) => {
    seen.push(incoming.url);
    request(incoming.url ?? '', (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    }).end();
  }).listen(0, '127.0.0.1');
  await new Promise((listening) => proxy.once('listening', listening));
  onTestFinished(() => void proxy.close());
  const HTTP_PROXY = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  await fetchIt(impatientNetwork({ env: { HTTP_PROXY } }));
  assert.deepEqual(readFileSync(into), BODY);
  assert.deepEqual(seen, [`${github.url}/a.tar.gz`]);
  assert.equal(
    await readText(`${github.url}/none`, impatientNetwork({ env: { HTTP_PROXY, NO_PROXY: '127.0.0.1' } })),
    undefined,
  );
  assert.equal(seen.length, 1);
});
