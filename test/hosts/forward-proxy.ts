import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

/** An HTTP proxy that knows every name by one address, and remembers where it was asked to go. */
export async function openForwardProxy(listen: string, onward: string) {
  const targets = new Set<string>();
  const server = createServer().on('connect', ({ url = '' }, socket: Socket) => {
    targets.add(url);
    const way = connect(Number(url.slice(url.lastIndexOf(':') + 1)), onward, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      way.pipe(socket).pipe(way);
    });
    for (const [one, other] of [
      [way, socket],
      [socket, way],
    ] as const)
      one.on('error', () => other.destroy()).on('close', () => other.destroy());
  });
  await once(server.listen(0, listen), 'listening');
  return {
    url: `http://${listen}:${(server.address() as AddressInfo).port}`,
    targets,
    [Symbol.dispose]: () => void server.close(),
  };
}
