import type { ServerDuplexStream } from '@grpc/grpc-js';
import { Fault, faultToStatus } from '../../proto/fault.ts';
import type { AgentMessage__Output } from '../../proto/gen/promfleet/v1/AgentMessage.ts';
import type { ControllerMessage } from '../../proto/gen/promfleet/v1/ControllerMessage.ts';
import { type AgentSays, type ControllerSays, readAgentMessage, writeControllerMessage } from '../../proto/message.ts';
import type { Link } from '../sessions/session.ts';

const BACKLOG = 1_024;

/** State, of which only the newest counts: an unsent one is replaced. */
type Slot = 'spec' | 'trust';

/** The one wrapper round a grpc-js stream: bounded, and it always ends with a status. */
export class Duplex implements Link {
  readonly #call: ServerDuplexStream<AgentMessage__Output, ControllerMessage>;
  readonly #slots = new Map<Slot, ControllerSays>();
  readonly #queue: ControllerSays[] = [];
  #isFull = false;
  #isOver = false;

  constructor(call: ServerDuplexStream<AgentMessage__Output, ControllerMessage>) {
    this.#call = call;
    call.on('drain', () => {
      this.#isFull = false;
      this.#flush();
    });
    call.on('cancelled', () => this.#over());
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
    if (this.#isOver) return;
    this.#over();
    if (fault === undefined) this.#call.end();
    else this.#call.emit('error', faultToStatus(fault));
  }

  /** Until the agent is gone, whichever way it went, or the session was ended here. */
  async *heard(): AsyncGenerator<AgentSays> {
    try {
      // An iterator that destroys the stream on its way out takes the status with it, and the agent waits for ever.
      for await (const message of this.#call.iterator({ destroyOnReturn: false })) {
        if (this.#isOver) return;
        yield readAgentMessage(message as AgentMessage__Output);
      }
    } catch (error) {
      // The status that `end` gave comes back through the iterator; it has been told to whom it concerns.
      if (!this.#isOver) throw error;
    }
  }

  #flush(): void {
    while (!this.#isFull && !this.#isOver) {
      const next = this.#next();
      if (!next) return;
      this.#isFull = !this.#call.write(writeControllerMessage(next));
    }
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
  }
}
