import type { ClientDuplexStream } from '@grpc/grpc-js';
import { adviceOf, messageOf } from '../../proto/fault.ts';
import type { AgentMessage } from '../../proto/gen/promfleet/v1/AgentMessage.ts';
import type { ControllerMessage__Output } from '../../proto/gen/promfleet/v1/ControllerMessage.ts';
import {
  type AgentSays,
  type ControllerSays,
  type Controllers,
  type Operation,
  readControllerMessage,
  type TlsAuthorities,
  writeAgentMessage,
} from '../../proto/message.ts';
import type { HostSpec } from '../../proto/spec.ts';
import type { Log } from '../log.ts';
import type { Present } from '../supervise/ask-loopback.ts';
import type { Supervisor } from '../supervise/supervisor.ts';
import { answerAsk } from './asks.ts';
import { LogTails } from './log-tails.ts';
import { faultOfCall } from './plain-words.ts';
import { ReportSender } from './report-sender.ts';
import type { ReportSlot } from './report-slot.ts';

/** What a session does to the host. */
export interface SessionHost {
  readonly reports: ReportSlot;
  readonly supervisor: Pick<Supervisor, 'lastLines' | 'follow'>;
  /** Takes the values of secrets out of a text. */
  scrub(text: string): string;
  readonly log: Log;
  readonly now: () => number;
  accept(spec: HostSpec): Promise<void>;
  operate(operation: Operation): Promise<void>;
  /** Whether it is a unit of this host: nobody else's logs are anyone's business. */
  hasUnit(name: string): boolean;
  /** Those of the present spec that the unit listens on; none when there is no such unit. */
  portsOf(unit: string): ReadonlySet<number>;
  /** Why the administrator of this host keeps it from the controller; '' when he does not. */
  forbids(what: 'logs' | 'queries'): string;
  /** What it shows and believes on its own ports. */
  readonly credentials: Present;
  trust(authorities: readonly Uint8Array[], renew: boolean, tls: TlsAuthorities): Promise<void>;
  moveTo(controllers: Controllers): Promise<void>;
  /** The controller has let this host in. */
  admitted(): void;
}

/** A controller too old to say at once that it lets a host in says no within this time. */
const ADMITTED_AFTER_MS = 2_000;

export type Stream = ClientDuplexStream<AgentMessage, ControllerMessage__Output>;

/** One connected stream: newest report out, newest spec in. Ends when the stream does. @throws Fault saying why. */
export async function holdSession(stream: Stream, host: SessionHost, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const send = (says: AgentSays): boolean => {
    if (stream.destroyed || stream.writableNeedDrain) return false;
    stream.write(writeAgentMessage(says));
    return true;
  };
  using life = new DisposableStack();
  const tails = life.use(new LogTails(host, send));
  const reports = life.use(new ReportSender(host.reports, send, host.now));
  const hangUp = () => stream.cancel();
  signal.addEventListener('abort', hangUp, { once: true });
  life.defer(() => signal.removeEventListener('abort', hangUp));
  stream.on('drain', () => {
    reports.resume();
    tails.resume();
  });
  stream.on('data', (wire: ControllerMessage__Output) => {
    hear(wire, { host, tails, stream }).catch((error: unknown) =>
      host.log.warn({ err: messageOf(error) }, 'cannot do what the controller says'),
    );
  });
  const admitted = () => {
    clearTimeout(admission);
    host.admitted();
  };
  const admission = setTimeout(admitted, ADMITTED_AFTER_MS);
  life.defer(() => clearTimeout(admission));
  stream.once('metadata', admitted);
  stream.on('error', (status) => reject(faultOfCall(status as { code?: number; details?: string })));
  stream.on('end', () => resolve());
  await promise;
}

async function hear(
  wire: ControllerMessage__Output,
  { host, tails, stream }: { host: SessionHost; tails: LogTails; stream: Stream },
) {
  // An answer is waited for: it may wait for room in the stream's buffer, but it is never dropped.
  const answer = (says: AgentSays) => void stream.write(writeAgentMessage(says));
  const says: ControllerSays = readControllerMessage(wire);
  switch (says.kind) {
    case 'spec':
      return host.accept(says.spec);
    case 'operation':
      return answer({ kind: 'result', result: await resultOf(says.operation, host) });
    case 'logTail':
      return tails.begin(says.tail);
    case 'logTailEnd':
      return tails.end(says.id);
    case 'ask':
      return answer({ kind: 'answer', answer: await answerAsk(says.ask, host) });
    case 'trust':
      return host.trust(says.authorities, says.renew, says.tls);
    case 'controllers':
      return host.moveTo(says.controllers);
    case 'unknown':
      host.log.info('the controller said something that this agent is too old for');
  }
}

async function resultOf(operation: Operation, host: SessionHost) {
  try {
    await host.operate(operation);
    return { id: operation.id, ok: true, message: '' };
  } catch (error) {
    return { id: operation.id, ok: false, message: adviceOf(error) };
  }
}
