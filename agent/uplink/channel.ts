import { type ChannelOptions, type Client, credentials, type ServiceError, status } from '@grpc/grpc-js';
import { Fault } from '../../proto/fault.ts';
import { MAX_MESSAGE_BYTES, services } from '../../proto/services.ts';
import type { AgentIdentity } from '../state/identity-file.ts';
import { faultOfCall, plainWords } from './plain-words.ts';

/** The controller's certificate carries this name, whatever address it is reached at. */
export const CONTROLLER_NAME = 'promfleet-controller';
const REACH_TIMEOUT_MS = 10_000;

const OPTIONS: ChannelOptions = {
  'grpc.ssl_target_name_override': CONTROLLER_NAME,
  'grpc.default_authority': CONTROLLER_NAME,
  'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
  'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
  // A controller that vanished without a word is noticed within 18 s.
  'grpc.keepalive_time_ms': 12_000,
  'grpc.keepalive_timeout_ms': 6_000,
  'grpc.enable_retries': 0,
  'grpc.use_local_subchannel_pool': 1,
};

const pem = (texts: readonly string[]): Buffer => Buffer.from(texts.join('\n'));

/** Mutual TLS: only who is enrolled is heard. */
export const sessionClient = (address: string, { authorities, key, certificate }: AgentIdentity) =>
  new services.Session(address, credentials.createSsl(pem(authorities), pem([key]), pem([certificate])), OPTIONS);

/** Only the controller proves who it is. */
export const enrolmentClient = (address: string, authorities: readonly string[]) =>
  new services.Enrolment(address, credentials.createSsl(pem(authorities)), OPTIONS);

/**
 * Resolves once the other side has answered anything. grpc-js itself says only "not ready in time"; a call that does not wait
 * says at once why not. No such method is there, so that an answer costs nothing and changes nothing.
 * @throws Fault `unavailable` that says what is wrong with the way there.
 */
export async function reach(client: Client, address: string, signal?: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<ServiceError | null>();
  const bytes = (content: Buffer) => content;
  const call = client.makeUnaryRequest(
    '/promfleet.v1.Session/Reach',
    bytes,
    bytes,
    Buffer.alloc(0),
    { deadline: Date.now() + REACH_TIMEOUT_MS },
    resolve,
  );
  const cancel = () => call.cancel();
  signal?.addEventListener('abort', cancel, { once: true });
  const error = await promise;
  signal?.removeEventListener('abort', cancel);
  if (!error || error.code === status.UNIMPLEMENTED) return;
  const why =
    error.code === status.DEADLINE_EXCEEDED ? `no answer within ${REACH_TIMEOUT_MS / 1_000} s` : error.details;
  throw new Fault('unavailable', `cannot connect to the controller at ${address}: ${plainWords(why)}`, {
    hint: hintFor(why),
    cause: error,
  });
}

/** What people can do about a connection that fails. */
export function hintFor(why: string): string | undefined {
  if (/self.signed|unable to (get|verify)|UNABLE_TO/i.test(why))
    return 'it is another controller than the one that this host was enrolled with';
  return undefined;
}

/** One unary call as a promise; a status that is not OK becomes its Fault. */
export function unary<Answer>(
  call: (
    done: (error: { code?: number; details?: string; message?: string } | null, answer?: Answer) => void,
  ) => unknown,
): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  call((error, answer) => (error || answer === undefined ? reject(faultOfCall(error ?? {})) : resolve(answer)));
  return promise;
}
