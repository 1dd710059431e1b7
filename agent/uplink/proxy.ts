import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { BlockList, connect, isIPv4, type Socket } from 'node:net';
import { Fault } from '../../proto/fault.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The proxy on the way to a host, by the rules that grpc-js has for sessions: whoever enrols goes the same way. */
export function proxyTo(host: string, env: Environment): URL | undefined {
  const named = env['grpc_proxy'] || env['https_proxy'] || env['http_proxy'];
  const proxy = named && URL.canParse(named) ? new URL(named) : undefined;
  if (proxy?.protocol !== 'http:') return undefined;
  const exempt = env['no_grpc_proxy'] || env['no_proxy'];
  return exempt?.split(',').some((one) => covers(one, host)) ? undefined : proxy;
}

/** A network, or the end of a name. */
function covers(exempt: string, host: string): boolean {
  const [network = '', prefix] = exempt.split('/');
  if (prefix === undefined || !isIPv4(network) || !(Number(prefix) >= 0 && Number(prefix) <= 32)) {
    return host.endsWith(exempt);
  }
  const list = new BlockList();
  list.addSubnet(network, Number(prefix));
  return isIPv4(host) && list.check(host);
}

/** A connection to that host and port, through the proxy where there is one. */
export async function connectTo(
  host: string,
  port: number,
  signal: AbortSignal,
  env: Environment = process.env,
): Promise<Socket> {
  const proxy = proxyTo(host, env);
  if (!proxy) return connected(connect({ host, port }), signal);
  const target = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const user = decodeURIComponent(proxy.password ? `${proxy.username}:${proxy.password}` : proxy.username);
  const asked = request({
    method: 'CONNECT',
    host: proxy.hostname.replace(/^\[|\]$/g, ''),
    port: proxy.port || 80,
    path: target,
    headers: { host: target, ...(user && { 'proxy-authorization': `Basic ${Buffer.from(user).toString('base64')}` }) },
  });
  asked.end();
  // Not handed to the request: that would also end the connection that it made.
  const [answer, socket, first] = (await once(asked, 'connect', { signal }).catch((error: unknown) => {
    asked.destroy();
    throw error;
  })) as [IncomingMessage, Socket, Buffer];
  if (answer.statusCode === 200) {
    if (first.length > 0) socket.unshift(first);
    return socket;
  }
  socket.destroy();
  throw new Fault('unavailable', `the proxy ${proxy.host} answers ${answer.statusCode} ${answer.statusMessage ?? ''}`);
}

async function connected(socket: Socket, signal: AbortSignal): Promise<Socket> {
  try {
    await once(socket, 'connect', { signal });
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}
