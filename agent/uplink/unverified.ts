import { once } from 'node:events';
import { connect, type DetailedPeerCertificate, type TLSSocket } from 'node:tls';
import { Fault, messageOf } from '../../proto/fault.ts';
import { CONTROLLER_NAME } from './channel.ts';
import { plainWords } from './plain-words.ts';
import { connectTo } from './proxy.ts';

/** A connection to whoever answers there, and the certificates that it shows, its own first. Nothing is believed yet. */
export async function connectUnverified(
  address: string,
  timeoutMs: number,
): Promise<{ readonly socket: TLSSocket; readonly chain: readonly DetailedPeerCertificate[] }> {
  const { hostname, port } = new URL(`tcp://${address}`);
  const signal = AbortSignal.timeout(timeoutMs);
  let socket: TLSSocket | undefined;
  try {
    const way = await connectTo(hostname.replace(/^\[|\]$/g, ''), Number(port), signal);
    socket = connect({ socket: way, servername: CONTROLLER_NAME, ALPNProtocols: ['h2'], rejectUnauthorized: false });
    await once(socket, 'secureConnect', { signal });
  } catch (error) {
    socket?.destroy();
    throw new Fault('unavailable', `cannot reach the controller at ${address}: ${plainWords(messageOf(error))}`, {
      hint: 'it is the enrolment port that is needed here, 9442 unless it was set otherwise; is the controller running, and does no firewall stand between?',
      cause: error,
    });
  }
  // What becomes of it later is seen by whoever uses it.
  socket.on('error', () => undefined);
  const chain = [socket.getPeerCertificate(true)];
  for (let last = chain[0]; last?.issuerCertificate && last.issuerCertificate !== last; last = last.issuerCertificate) {
    chain.push(last.issuerCertificate);
  }
  return { socket, chain };
}
