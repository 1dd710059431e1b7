import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { test } from 'vitest';
import { enrolmentClient, reach } from '../../../agent/uplink/channel.ts';
import { faultOfCall, plainWords } from '../../../agent/uplink/plain-words.ts';
import { connectUnverified } from '../../../agent/uplink/unverified.ts';
import { messageOf } from '../../../proto/fault.ts';
import { freePorts } from '../../support/free-port.ts';

const LEAK = /grpc|RST_|Last error|Resolution|No connection established|Error:|\$\{|: $/i;

async function whyNot(address: string): Promise<string> {
  const client = enrolmentClient(address, []);
  try {
    return await reach(client, address).then(() => 'reached', messageOf);
  } finally {
    client.close();
  }
}

async function serve(answer: string): Promise<Server & AsyncDisposable> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    if (answer === '') socket.destroy();
    else socket.end(answer);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return Object.assign(server, { [Symbol.asyncDispose]: async () => void server.close() });
}
const portOf = (server: Server): number => (server.address() as AddressInfo).port;

test('a way that leads nowhere is told of in words, and none of a library', async () => {
  const [closed] = await freePorts(1);
  await using plain = await serve('HTTP/1.1 400 Bad Request\r\n\r\n');
  await using rude = await serve('');
  for (const [address, says] of [
    [
      `127.0.0.1:${closed}`,
      /^cannot connect to the controller at 127\.0\.0\.1:\d+: nothing listens there \(ECONNREFUSED\)$/,
    ],
    [`127.0.0.1:${portOf(plain)}`, /what answers there does not speak TLS$/],
    [`127.0.0.1:${portOf(rude)}`, /the connection broke off$/],
  ] as const) {
    const why = await whyNot(address);
    assert.match(why, says);
    assert.doesNotMatch(why, LEAK);
    const also = await connectUnverified(address, 5_000).then(() => 'reached', messageOf);
    assert.doesNotMatch(also, LEAK);
  }
});

test('what was seen on hosts that were cut off', () => {
  for (const [said, says] of [
    [
      'No connection established. Last error: Error: connect EHOSTUNREACH 10.1.2.3:9441 - Local (10.1.2.4:5). Resolution note: ',
      'no machine answers at that address (EHOSTUNREACH)',
    ],
    ['No connection established. Last error: null. Resolution note: ', 'the connection failed'],
    ['Connection dropped', 'the connection broke off'],
    ['Received RST_STREAM with code 2 (Internal server error)', 'the connection failed'],
    ['Name resolution failed for target dns:mon:9441', 'its name has no address here (ask DNS, or /etc/hosts)'],
    [
      'Error: 0A000460:SSL routines:ssl3_read_bytes:reason(1120):ssl/record/rec_layer_s3.c:912:SSL alert number 120',
      'something else than this port of a controller answers there',
    ],
    [
      'No connection established. Last error: Error: certificate has expired. Resolution note: ',
      'certificate has expired',
    ],
  ] as const) {
    assert.equal(plainWords(said), says);
  }
  assert.equal(
    faultOfCall({ code: 14, details: 'Connection dropped' }).message,
    'no answer from the controller: the connection broke off',
  );
  const told = JSON.stringify({ code: 'denied', message: 'this host was removed' });
  assert.equal(faultOfCall({ code: 7, details: told }).message, 'this host was removed');
});
