import { Fault, statusToFault } from '../../proto/fault.ts';

const WRAPPED = /^No connection established\. Last error: (?:Error: )?(.*?)\.? Resolution note: ?.*$/s;

/** What libraries say of a connection, for people who have never heard of them. First that fits. */
const WORDS: readonly (readonly [RegExp, string])[] = [
  [/ECONNREFUSED/, 'nothing listens there (ECONNREFUSED)'],
  [/EHOSTUNREACH/, 'no machine answers at that address (EHOSTUNREACH)'],
  [/ENETUNREACH/, 'there is no route to that network from here (ENETUNREACH)'],
  [/ETIMEDOUT|operation was aborted due to timeout/, 'nothing answers in time; a firewall, perhaps (ETIMEDOUT)'],
  [/ENOTFOUND|EAI_AGAIN|Name resolution failed/, 'its name has no address here (ask DNS, or /etc/hosts)'],
  [/alert number 120|no application protocol/i, 'something else than this port of a controller answers there'],
  [/wrong version number|packet length too long|http request/i, 'what answers there does not speak TLS'],
  [/ECONNRESET|EPIPE|Connection dropped|socket hang up|disconnected before secure/i, 'the connection broke off'],
  [/Deadline exceeded/i, 'no answer in time'],
  [
    /RST_STREAM|Stream refused|Call cancelled|grpc|HTTP\/?2|Last error|No connection established|^null$/i,
    'the connection failed',
  ],
];

export function plainWords(said: string): string {
  const why = WRAPPED.exec(said)?.[1] ?? said;
  return WORDS.find(([pattern]) => pattern.test(why))?.[1] ?? why;
}

/** Of a call that failed: what the controller said, or what became of the connection. */
export function faultOfCall(status: { code?: number; details?: string; message?: string }): Fault {
  const fault = statusToFault(status);
  if (fault.cause === undefined) return fault;
  return new Fault(fault.code, `no answer from the controller: ${plainWords(fault.message)}`, { cause: status });
}
