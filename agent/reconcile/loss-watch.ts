import type { Losses } from '../../proto/spec.ts';
import { DiskFault } from '../install/disk-fault.ts';
import { roomAt } from '../install/read-room.ts';
import { isFull, type Room } from '../install/room.ts';
import type { Log } from '../log.ts';
import { LossFile } from '../state/loss-file.ts';
import { NO_CREDENTIALS, type Present } from '../supervise/ask-loopback.ts';
import { readBootId } from '../supervise/process-identity.ts';
import type { ObservedProcess } from '../supervise/supervisor.ts';
import { countLosses } from './count-losses.ts';
import { type Hold, holdOf, type Lost, noteCount, sayLoss } from './loss.ts';

/** Asking the disk costs nothing; reading all of a program's metrics does, and is done this often only while the disk is short. */
const GLANCE_MS = 5_000;
const CALM_GLANCES = 60;
const SHORT_PART = 0.02;
const SHORT_BYTES = 256 * 1024 * 1024;

export interface UnitLoss {
  readonly lost: Lost;
  readonly hold: Hold | undefined;
  readonly message: string;
}

export interface LossWatchOptions {
  readonly now: () => number;
  readonly log: Log;
  readonly onChange: () => void;
  readonly present?: Present | undefined;
  readonly glanceMs?: number | undefined;
}

interface Watched {
  readonly process: string;
  readonly program: ObservedProcess;
  readonly losses: Losses;
  room: Room | undefined;
  readAtMs: number;
  timer: NodeJS.Timeout | undefined;
}

export const heldBack = (unit: string, { why, hint }: Hold): DiskFault =>
  new DiskFault(`cannot stop ${unit} now: ${why}`, hint);

/** Asks every running unit that can tell whether it stores what it should. */
export class LossWatch {
  readonly #file: LossFile<Lost>;
  readonly #now: () => number;
  readonly #onChange: () => void;
  readonly #log: Log;
  readonly #glanceMs: number;
  readonly #present: Present;
  readonly #boot = readBootId();
  readonly #watched = new Map<string, Watched>();
  readonly #lost: Map<string, Lost>;
  #isSaved = true;

  constructor(state: string, { now, log, onChange, present = NO_CREDENTIALS, glanceMs = GLANCE_MS }: LossWatchOptions) {
    this.#present = present;
    this.#glanceMs = glanceMs;
    this.#file = new LossFile(state);
    this.#lost = this.#file.read();
    this.#now = now;
    this.#log = log;
    this.#onChange = onChange;
  }

  /** What is known of the unit now. A process that was not seen before is asked from here on. */
  watch(unit: string, program: ObservedProcess, losses: Losses): UnitLoss | undefined {
    const process = this.#processOf(program);
    if (this.#watched.get(unit)?.process !== process) {
      this.forget(unit);
      const watched: Watched = { process, program, losses, room: undefined, readAtMs: 0, timer: undefined };
      this.#watched.set(unit, watched);
      this.#again(unit, watched, 0);
    }
    const lost = this.#lost.get(unit);
    const room = this.#watched.get(unit)?.room;
    if (lost?.process !== process || !room) return undefined;
    const hold = holdOf(lost, losses, room);
    return { lost, hold, message: sayLoss(lost, hold, room) };
  }

  forget(unit: string): void {
    clearTimeout(this.#watched.get(unit)?.timer);
    this.#watched.delete(unit);
  }

  [Symbol.dispose](): void {
    for (const unit of this.#watched.keys()) this.forget(unit);
  }

  /** Asked anew. @returns whether a stop has something to save. @throws Fault `unavailable` when it could not save it. */
  async requireRescue(unit: string, program: ObservedProcess, losses: Losses): Promise<boolean> {
    const process = this.#processOf(program);
    const room = roomAt(losses.directory);
    await this.#count(unit, process, program, losses, room);
    const lost = this.#lost.get(unit);
    if (lost?.process !== process) return false;
    const hold = holdOf(lost, losses, room);
    if (hold) throw heldBack(unit, hold);
    return true;
  }

  #processOf = ({ pid, startedAtMs }: ObservedProcess): string => `${this.#boot} ${pid} ${startedAtMs}`;

  #again(unit: string, watched: Watched, delayMs: number): void {
    watched.timer = setTimeout(() => void this.#glance(unit, watched), delayMs);
  }

  async #glance(unit: string, watched: Watched): Promise<void> {
    const { process, program, losses } = watched;
    try {
      watched.room = roomAt(losses.directory);
      if (this.#isDue(unit, watched, watched.room)) {
        watched.readAtMs = this.#now();
        await this.#count(unit, process, program, losses, watched.room);
      }
      if (!this.#isSaved) await this.#save();
    } catch (error) {
      this.#log.warn({ err: error, unit }, 'cannot look at what it stores');
    }
    if (this.#watched.get(unit) === watched) this.#again(unit, watched, this.#glanceMs);
  }

  #isDue(unit: string, { process, readAtMs }: Watched, room: Room): boolean {
    const lost = this.#lost.get(unit);
    const goesOn = lost?.process === process && lost.untilMs === 0;
    const isShort = isFull(room) || room.isReadOnly || room.free < Math.min(SHORT_BYTES, room.size * SHORT_PART);
    const sinceMs = this.#now() - readAtMs;
    return goesOn || isShort || sinceMs >= CALM_GLANCES * this.#glanceMs || sinceMs < 0;
  }

  async #count(unit: string, process: string, program: ObservedProcess, losses: Losses, room: Room): Promise<void> {
    const counted = await countLosses(process, program, losses, this.#now, this.#present);
    if (!counted) return;
    const before = this.#lost.get(unit);
    const after = noteCount(before, counted, room);
    if (after) this.#lost.set(unit, after);
    else this.#lost.delete(unit);
    const isSame = before?.process === after?.process && before?.untilMs === after?.untilMs;
    if (isSame) return;
    this.#isSaved = false;
    this.#log.warn({ unit, loss: after ?? 'none' }, after?.untilMs === 0 ? 'it loses what it should store' : 'loss');
    this.#onChange();
  }

  /** Where there is no room for it now, there will be. */
  async #save(): Promise<void> {
    await this.#file.write(this.#lost).then(
      () => (this.#isSaved = true),
      () => undefined,
    );
  }
}
