import type { ServerDuplexStream } from '@grpc/grpc-js';
import { Fault, faultToStatus } from '../../proto/fault.ts';
import type { AgentMessage__Output } from '../../proto/gen/promfleet/v1/AgentMessage.ts';
import type { ControllerMessage } from '../../proto/gen/promfleet/v1/ControllerMessage.ts';
import { type AgentSays, type ControllerSays, readAgentMessage, writeControllerMessage } from '../../proto/message.ts';
import type { Link } from '../sessions/session.ts';

const BACKLOG = 1_024;

/** State, of which only the newest counts: an unsent one is replaced. */
type Slot = 'spec' | 'trust';

/**
 * The one wrapper round a grpc-js stream. It is bounded, and it always ends with a status: reading is by events, because an async iterator
 * destroys the stream when it returns or an error passes, with whatever was still to be sent, and the agent waits for ever.
 */
export class Duplex implements Link {
  readonly #call: ServerDuplexStream<AgentMessage__Output, ControllerMessage>;
  readonly #slots = new Map<Slot, ControllerSays>();
  readonly #queue: ControllerSays[] = [];
  readonly #done = Promise.withResolvers<void>();
  #isWriting = false;
  #isOver = false;
  #isEnded = false;

  constructor(call: ServerDuplexStream<AgentMessage__Output, ControllerMessage>) {
    this.#call = call;
    // A peer that cancels, closes its side or dies looks alike: it is gone.
    for (const gone of ['end', 'cancelled', 'close']) call.on(gone, () => this.#over());
    // An `error` is how `end` gives a status to the stream; without a listener it would end the process.
    call.on('error', () => this.#over());
  }

  say(says: ControllerSays): void {
    if (this.#isOver) return;
    if (says.kind === 'spec' || says.kind === 'trust') this.#slots.set(says.kind, says);
    else if (this.#queue.push(says) > BACKLOG) {
      this.end(new Fault('unavailable', 'cannot go on with this session: the agent has stopped reading'));
      return;
    }
    this.#flush();
  }

  end(fault?: unknown): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#over();
    if (fault === undefined) this.#call.end();
    else this.#call.emit('error', faultToStatus(fault));
  }

  /** Until the agent is gone, whichever way it went, or the session was ended here. Rejected with what `listener` throws. */
  hear(listener: (says: AgentSays) => void): Promise<void> {
    this.#call.on('data', (message: AgentMessage__Output) => {
      if (this.#isOver) return;
      try {
        listener(readAgentMessage(message));
      } catch (error) {
        this.#done.reject(error);
        this.#over();
      }
    });
    return this.#done.promise;
  }

  // One message at a time is handed to the stream, whose own buffer would keep sixteen that nothing could replace.
  #flush(): void {
    if (this.#isWriting || this.#isOver) return;
    const next = this.#next();
    if (!next) return;
    this.#isWriting = true;
    this.#call.write(writeControllerMessage(next), () => {
      this.#isWriting = false;
      this.#flush();
    });
  }

  #next(): ControllerSays | undefined {
    for (const [slot, says] of this.#slots) {
      this.#slots.delete(slot);
      return says;
    }
    return this.#queue.shift();
  }

  #over(): void {
    this.#isOver = true;
    this.#slots.clear();
    this.#queue.length = 0;
    this.#done.resolve();
  }
}
