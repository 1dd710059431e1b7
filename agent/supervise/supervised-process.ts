import { randomUUID } from 'node:crypto';
import { Fault, messageOf } from '../../proto/fault.ts';
import type { Stop } from '../../proto/spec.ts';
import type { LaunchRecord, LaunchRecords } from './launch-record.ts';
import { type Event, msToNextTick, STOPPED, transition } from './lifecycle.ts';
import { describeExit, spawnUnit } from './process.ts';
import { findLaunched, identify, isAlive, seemsAlive } from './process-identity.ts';
import type { Identity, Launch, ObservedProcess } from './supervisor.ts';

/** What supervised processes have in common. */
export interface ProcessHost {
  readonly records: LaunchRecords;
  readonly bootId: string;
  readonly now: () => number;
  readonly identity: (user: string) => Identity | undefined;
  /** Something exited or started. */
  readonly changed: () => void;
}

/** How long a child that a killed agent had just spawned may need to show its launch id. */
const SPAWN_SHOWS_MS = [0, 50, 150, 400];

export const newRecord = (launch: Launch): LaunchRecord => ({
  launch,
  launchId: '',
  identity: undefined,
  state: STOPPED,
  startedAtMs: 0,
  restarts: 0,
  lastExit: '',
});

/** Runs the effects of one unit's lifecycle. Every state is saved before its effect. */
export class SupervisedProcess {
  readonly #host: ProcessHost;
  #record: LaunchRecord;
  #isChild = false;
  #isReleased = false;
  #timer: NodeJS.Timeout | undefined;
  /** Resolves with what kept the last spawn from happening. */
  #spawned: Promise<Error | undefined> = Promise.resolve(undefined);
  #awaitStop: { resolve: () => void; reject: (fault: Fault) => void }[] = [];

  constructor(host: ProcessHost, record: LaunchRecord) {
    this.#host = host;
    this.#record = record;
  }

  get launch(): Launch {
    return this.#record.launch;
  }
  get isWanted(): boolean {
    return this.#record.state.name !== 'stopped' && this.#record.state.name !== 'stopping';
  }
  get hasProcess(): boolean {
    return this.#record.state.name === 'running' || this.#record.state.name === 'stopping';
  }
  /** It runs and is not the agent's child: its exit is seen only by looking. */
  get isAdopted(): boolean {
    return this.hasProcess && !this.#isChild;
  }

  /** Takes it up where an agent that died left it. */
  async recover(): Promise<void> {
    const { state, identity } = this.#record;
    if (state.name === 'running' && !identity) await this.#findSpawned();
    if (this.hasProcess && !this.#isAlive()) this.#recoverGone();
    this.#armTimer();
  }

  async start(launch: Launch): Promise<void> {
    const isSame = launch.digest === this.launch.digest;
    this.#record = { ...this.#record, launch, ...(isSame ? {} : { restarts: 0, lastExit: '' }) };
    this.#apply({ name: 'start' });
    const failure = await this.#spawned;
    if (failure) throw new Fault('invalid', `cannot start ${launch.unit}: ${failure.message}`, { cause: failure });
  }

  /** Takes in what may change without a restart. */
  adjust(launch: Launch): void {
    if (JSON.stringify(launch) !== JSON.stringify(this.launch)) this.#save({ launch });
  }

  stop(stop: Stop): Promise<void> {
    const gone = new Promise<void>((resolve, reject) => this.#awaitStop.push({ resolve, reject }));
    this.#record = { ...this.#record, launch: { ...this.launch, stop } };
    this.#apply({ name: 'stop', graceMs: stop.graceSeconds * 1_000, kill: stop.kill });
    return gone;
  }

  /** @returns whether there was a process to signal. */
  signal(signal: NodeJS.Signals): boolean {
    const { identity } = this.#record;
    if (!this.hasProcess || !identity || !this.#isAlive()) return false;
    try {
      return process.kill(identity.pid, signal);
    } catch {
      // Gone this moment.
      return false;
    }
  }

  /** An adopted process that is gone has exited; nobody tells why. */
  look(): void {
    if (this.isAdopted && !this.#isAlive()) this.#exited('exited, code unknown');
  }

  glance(): void {
    const { identity } = this.#record;
    if (!identity || !seemsAlive(identity)) this.look();
  }

  observe(): ObservedProcess {
    const { state, identity, startedAtMs, restarts, lastExit, launch } = this.#record;
    return {
      state: state.name === 'stopped' ? 'none' : state.name,
      pid: this.hasProcess ? (identity?.pid ?? 0) : 0,
      startedAtMs,
      restarts,
      launchDigest: launch.digest,
      lastExit,
      retryAtMs: state.name === 'backoff' || state.name === 'failed' ? state.until : 0,
    };
  }

  /** Lets go of it: the process stays, and whatever happens to it is the next supervisor's business. */
  release(): void {
    this.#isReleased = true;
    clearTimeout(this.#timer);
  }

  #isAlive(): boolean {
    const { identity } = this.#record;
    return identity !== undefined && isAlive(identity, this.#host.bootId);
  }

  async #findSpawned(): Promise<void> {
    for (const waitMs of SPAWN_SHOWS_MS) {
      await new Promise((resolve) => setTimeout(resolve, waitMs));
      const identity = findLaunched(this.#record.launchId, this.#host.bootId);
      if (identity) return this.#save({ identity });
    }
  }

  #recoverGone(): void {
    const { identity, state } = this.#record;
    // The machine went down, or the agent did before it could spawn: nothing is wrong with the unit.
    const isBlameless = state.name === 'running' && identity?.bootId !== this.#host.bootId;
    if (isBlameless) this.#spawn();
    else this.#exited('exited while the agent was away');
  }

  #apply(event: Event, seen: Partial<LaunchRecord> = {}): void {
    const { state, effect } = transition(this.#record.state, event, this.#host.now());
    if (effect === 'spawn') {
      this.#record = { ...this.#record, ...seen, state };
      this.#spawn();
    } else {
      this.#save({ ...seen, state });
    }
    if (effect === 'signal') this.signal(this.launch.stop.signal as NodeJS.Signals);
    if (effect === 'kill') this.signal('SIGKILL');
    if (state.name === 'stopped' || effect === 'give up') this.#answerStops(effect === 'give up');
    else this.#armTimer();
    this.#host.changed();
  }

  #answerStops(gaveUp: boolean): void {
    clearTimeout(this.#timer);
    for (const { resolve, reject } of this.#awaitStop.splice(0)) {
      if (gaveUp) reject(this.#willNotStop());
      else resolve();
    }
  }

  #willNotStop(): Fault {
    const { unit, stop } = this.launch;
    const pid = this.#record.identity?.pid ?? 0;
    return new Fault(
      'unavailable',
      `cannot stop ${unit}: process ${pid} is still there ${stop.graceSeconds} s after ${stop.signal}`,
      {
        hint: stop.kill
          ? 'SIGKILL did not end it: see what it waits for'
          : 'it is not killed, as that could cost data: see its log',
      },
    );
  }

  #armTimer(): void {
    clearTimeout(this.#timer);
    const delayMs = msToNextTick(this.#record.state, this.#host.now());
    if (delayMs === undefined) return;
    this.#timer = setTimeout(() => this.#apply({ name: 'tick' }), delayMs);
    // Someone waits for a stop; nobody for the next start, and an agent that ends need not.
    if (this.#record.state.name !== 'stopping') this.#timer.unref();
  }

  #spawn(): void {
    const launchId = randomUUID();
    const { launch } = this.#record;
    this.#isChild = true;
    try {
      // Not `#save`: without its intent on disk nothing may be spawned.
      this.#record = { ...this.#record, launchId, identity: undefined, startedAtMs: this.#host.now() };
      this.#host.records.save(this.#record);
      const child = spawnUnit(launch, {
        launchId,
        logPath: this.#host.records.logPath(launch.unit),
        scratch: this.#host.records.scratchPath(launch.unit),
        identity: this.#host.identity(launch.user),
      });
      this.#spawned = new Promise((resolve) => {
        child.once('spawn', () => resolve(undefined));
        child.once('error', (error) => resolve(this.#cannotRun(error)));
      });
      child.once('exit', (code, signal) => this.#exited(describeExit(code, signal)));
      if (child.pid !== undefined) this.#save({ identity: identify(child.pid, this.#host.bootId) });
    } catch (error) {
      const failure = error instanceof Error ? error : new Error(String(error));
      // Not now: the state that led here is being applied still.
      this.#spawned = Promise.resolve().then(() => this.#cannotRun(failure));
    }
  }

  #cannotRun(error: Error): Error {
    const { program, workingDirectory } = this.launch;
    const isMissing = 'code' in error && error.code === 'ENOENT';
    const why = isMissing ? `it or its working directory ${workingDirectory} is not there` : messageOf(error);
    this.#exited(`cannot run ${program}: ${why}`);
    return new Error(`cannot run ${program}: ${why}`, { cause: error });
  }

  #exited(lastExit: string): void {
    if (this.#isReleased) return;
    const restarts = this.#record.restarts + (this.#record.state.name === 'running' ? 1 : 0);
    this.#isChild = false;
    this.#apply({ name: 'exit' }, { lastExit, restarts, identity: undefined });
  }

  /** What could not be saved is found out again after a restart of the agent: a full disk keeps nothing from stopping. */
  #save(change: Partial<LaunchRecord>): void {
    this.#record = { ...this.#record, ...change };
    try {
      this.#host.records.save(this.#record);
    } catch {
      // See above.
    }
  }
}
