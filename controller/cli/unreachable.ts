import { Fault } from '../../proto/fault.ts';

const LAPSED = ['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID'];
const STRANGE = [
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_SIGNATURE_FAILURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
];

/** Why a controller could not be spoken to, and what to do about it. */
export function explainFailure(error: unknown, where: string): Fault {
  const { code = '', message } = error as NodeJS.ErrnoException;
  const say = (why: string, hint: string) =>
    new Fault('unavailable', `cannot reach the controller at ${where}: ${why}`, { hint, cause: error });
  if (code === 'ENOENT') {
    return say(
      'there is no such socket',
      'start one with "promfleet up", or name another with --socket, PROMFLEET_SOCKET or --context',
    );
  }
  if (code === 'ECONNREFUSED') {
    return say(
      'nothing listens there',
      'is it running? "promfleet up" starts the quick start, systemd a permanent one',
    );
  }
  if (code === 'EACCES') {
    return say(
      'this user may not open its socket',
      'join the group that owns it, or use a credential: promfleet login',
    );
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return say('its name can’t be resolved', 'check the address: "promfleet context" shows it');
  }
  if (['ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH'].includes(code)) {
    return say('it does not answer', 'check the network, and that a firewall lets its port through');
  }
  if (LAPSED.includes(code)) {
    const what = code === 'CERT_HAS_EXPIRED' ? 'has expired' : 'is not valid yet';
    return say(`its certificate ${what}`, 'does this machine’s clock agree with the controller’s?');
  }
  if (STRANGE.includes(code)) {
    const why = 'its certificate is not of the authority that was pinned';
    return say(why, 'if the controller was set up anew or its authority was rotated, log in again: promfleet login');
  }
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_')) {
    return say(`${where} does not speak TLS`, 'the operators’ port is 9440 unless another was chosen');
  }
  return say(message, 'is that a promfleet controller, and is it running?');
}
