import { X509Certificate } from 'node:crypto';
import { Fault } from '../../proto/fault.ts';
import { judgeHost } from '../enrolment/judge-host.ts';
import { fingerprintOf } from '../enrolment/key.ts';
import type { HostRow, HostStore } from '../store/hosts.ts';

interface Call {
  getAuthContext(): { sslPeerCertificate?: { raw?: Buffer } };
}

/** DER. @throws Fault `denied` when the caller shows none. */
export function certificateOfPeer(call: Call): Buffer {
  const raw = call.getAuthContext().sslPeerCertificate?.raw;
  if (!raw) throw new Fault('denied', 'cannot admit this caller: it shows no certificate');
  return raw;
}

/** The host that calls: the one whose key its certificate is of. @throws Fault `denied` when there is none, or it was removed. */
export function hostOfPeer(call: Call, hosts: HostStore): HostRow {
  const spki = new X509Certificate(certificateOfPeer(call)).publicKey.export({ format: 'der', type: 'spki' });
  return judgeHost(hosts.byKey(fingerprintOf(spki)));
}

/** Where a call comes from, as IP; '' when that can't be told. */
export function addressOfPeer(call: { getPeer(): string }): string {
  const [, v6, v4] = /^(?:ipv[46]:)?(?:\[?(.*?)\]?|([\d.]+)):\d+$/.exec(call.getPeer()) ?? [];
  return (v6 ?? v4 ?? '').replace(/^::ffff:(?=[\d.]+$)/i, '');
}
