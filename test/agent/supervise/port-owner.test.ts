import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { test } from 'vitest';
import { describeOwner, portOwner } from '../../../agent/supervise/port-owner.ts';

for (const address of ['127.0.0.1', '::1']) {
  test(`whoever listens on ${address} is named`, async () => {
    const script = `require('net').createServer().listen(0, '${address}', function () { console.log(this.address().port) })`;
    const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = await once(child.stdout, 'data');
    const port = Number(String(line));
    try {
      const owner = portOwner(port);
      assert.equal(owner?.pid, child.pid);
      assert.match(owner?.command ?? '', /createServer/);
      assert.equal(owner?.uid, process.getuid?.());
      assert.match(describeOwner(owner as NonNullable<typeof owner>), new RegExp(`\\(process ${child.pid}\\)$`));
    } finally {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    assert.equal(portOwner(port), undefined);
  });
}

test('a connection that merely uses the port number is no owner', async () => {
  const server = createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  assert.equal(portOwner(port)?.pid, process.pid);
  assert.equal(portOwner(port, 'udp'), undefined);
  server.close();
});
