import { readFileSync } from 'node:fs';
import { writeAtomicallySync } from '../state/atomic-file.ts';
import { LAUNCH_VARIABLE } from './launch-variable.ts';
import { STEADY_MS } from './lifecycle.ts';
import { identify, isAlive, type ProcessIdentity, readBootId, readVariable, seemsAlive } from './process-identity.ts';
import { countRestarts, noRestarts, type RestartCounts } from './restart-counts.ts';
import type { ObservedProcess } from './supervisor.ts';
import type { SystemdStatus } from './systemd-status.ts';

/** Ticks per second of /proc/PID/stat: 100 on every Linux that Node runs on. */
const TICK_MS = 10;

/** What is known of one unit that systemd runs. As long as its process lives nobody needs to be asked. */
export class SystemdService {
  readonly unit: string;
  readonly #countsPath: string;
  readonly #bootId: string;
  #counts: RestartCounts;
  #identity: ProcessIdentity | undefined;
  #runningDigest = '';
  #startedAtMs = 0;
  #status: SystemdStatus | undefined;
  #retryAtMs = 0;
  isStopping = false;

  constructor(unit: string, directory: string) {
    this.unit = unit;
    this.#countsPath = `${directory}/${unit}.restarts`;
    this.#bootId = readBootId();
    this.#counts = readCounts(this.#countsPath);
  }

  get isAlive(): boolean {
    return this.#identity !== undefined && isAlive(this.#identity, this.#bootId);
  }
  /** Enough for a look in between; see `seemsAlive`. */
  get seemsAlive(): boolean {
    return this.#identity !== undefined && seemsAlive(this.#identity);
  }
  get pid(): number {
    return this.#identity?.pid ?? 0;
  }
  /** systemd waits for its next start. */
  get isWaiting(): boolean {
    return this.#status?.subState.startsWith('auto-restart') ?? false;
  }
  /** Up long enough for its earlier exits to be over and done with. */
  hasSettled(now: number): boolean {
    return this.#counts.past.attempt > 0 && this.seemsAlive && now - this.#startedAtMs >= STEADY_MS;
  }
  get keepsExiting(): boolean {
    return this.#counts.past.failed;
  }

  /** @returns whether an exit came to light that `explain` should say more of. */
  take(status: SystemdStatus | undefined, now: number): boolean {
    const wasWaiting = this.isWaiting;
    const upMs = this.#startedAtMs ? now - this.#startedAtMs : 0;
    const counted = countRestarts(this.#counts, status?.restarts ?? 0, upMs, now);
    const hasExited = counted.restarts > this.#counts.restarts;
    if (JSON.stringify(counted) !== JSON.stringify(this.#counts)) this.#save(counted);
    this.#status = status;
    // A process that would not stop is systemd's no more, but there still.
    if (status?.mainPid || !this.isAlive) this.#takeProcess(status?.mainPid ?? 0);
    if (this.isWaiting && !wasWaiting) this.#retryAtMs = now + (status?.restartUsec ?? 0) / 1_000;
    return hasExited || (this.isWaiting && !wasWaiting);
  }

  explain(lastExit: string): void {
    this.#save({ ...this.#counts, lastExit });
  }

  /** A new launch begins with no exits, the same one with those that it had. */
  begin(launchDigest: string): void {
    const fresh = noRestarts(launchDigest);
    const isSame = launchDigest === this.#counts.launchDigest;
    this.#save(isSame ? { ...this.#counts, seen: 0, past: fresh.past } : fresh);
  }

  settle(): void {
    this.#save({ ...this.#counts, past: noRestarts('').past });
  }

  /** @param fileDigest  '': of a file that someone changed; undefined: there is none */
  observe(fileDigest: string | undefined): ObservedProcess {
    const alive = this.isAlive;
    const { restarts, lastExit } = this.#counts;
    return {
      state: this.#state(alive),
      pid: alive ? this.pid : 0,
      startedAtMs: this.#startedAtMs,
      restarts: restarts + (this.isWaiting ? 1 : 0),
      // A unit file that someone changed is not what was asked for, even if it did not take effect yet.
      launchDigest: alive && fileDigest !== '' ? this.#digestThatRuns() || (fileDigest ?? '') : (fileDigest ?? ''),
      lastExit,
      retryAtMs: this.isWaiting && !alive ? this.#retryAtMs : 0,
    };
  }

  #state(alive: boolean): ObservedProcess['state'] {
    const active = this.#status?.activeState ?? 'inactive';
    if (this.isStopping || active === 'deactivating') return 'stopping';
    if (alive) return active === 'failed' ? 'stopping' : 'running';
    if (active === 'inactive' || active === 'failed') return 'none';
    return this.keepsExiting ? 'failed' : 'backoff';
  }

  /** What runs was started with what it carries itself, whatever the unit file says by now. Between fork and exec it carries nothing. */
  #digestThatRuns(): string {
    this.#runningDigest ||= readVariable(this.pid, LAUNCH_VARIABLE);
    return this.#runningDigest;
  }

  #takeProcess(pid: number): void {
    const identity = pid > 0 ? identify(pid, this.#bootId) : undefined;
    if (identity && identity.startTicks === this.#identity?.startTicks && identity.pid === this.#identity.pid) return;
    this.#identity = identity;
    if (!identity) return;
    this.#runningDigest = '';
    this.#startedAtMs = bootedAtMs() + identity.startTicks * TICK_MS;
  }

  #save(counts: RestartCounts): void {
    this.#counts = counts;
    try {
      writeAtomicallySync(this.#countsPath, JSON.stringify(counts));
    } catch {
      // A count that a full disk did not take is lost with the agent, nothing else.
    }
  }
}

/** Counts that are not there, or that a failing disk spoiled, begin anew. */
function readCounts(path: string): RestartCounts {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as RestartCounts;
  } catch {
    return noRestarts('');
  }
}

const bootedAtMs = (): number => Number(/^btime (\d+)$/m.exec(readFileSync('/proc/stat', 'utf8'))?.[1] ?? 0) * 1_000;
