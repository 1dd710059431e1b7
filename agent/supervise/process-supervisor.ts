import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Fault } from '../../proto/fault.ts';
import type { Stop } from '../../proto/spec.ts';
import { runTool, type ToolResult, type ToolRun } from '../install/run-tool.ts';
import { writeAtomicallySync } from '../state/atomic-file.ts';
import { LaunchRecords } from './launch-record.ts';
import { refuseLaunch, refuseRoot, refuseUnitName } from './launch-refusal.ts';
import { boundLog, olderLog } from './log-file.ts';
import { followFile, lastLinesOf } from './log-tail.ts';
import { readBootId } from './process-identity.ts';
import { newRecord, type ProcessHost, SupervisedProcess } from './supervised-process.ts';
import type { Identity, Launch, ObservedProcess, Supervisor } from './supervisor.ts';
import { chooseUid, takenUids } from './user-ids.ts';

/** Adopted processes are glanced at this often, which costs a system call each, and looked at now and then. */
const GLANCE_MS = 800;
const LOOK_MS = 5_000;

/**
 * Runs units as detached processes of its own, for hosts where systemd is not PID 1. They outlive the agent; the next one adopts them.
 * It can't limit memory, nor make directories read-only.
 */
export class ProcessSupervisor implements Supervisor, Disposable {
  readonly kind = 'process';
  readonly #directory: string;
  readonly #isRoot: boolean;
  readonly #host: ProcessHost;
  readonly #units = new Map<string, SupervisedProcess>();
  readonly #listeners: (() => void)[] = [];
  #looking: NodeJS.Timeout | undefined;
  #lookedAt = 0;

  /** @param options.directory  the supervisor's own; records and logs of units */
  constructor(options: { directory: string; now: () => number }) {
    this.#directory = options.directory;
    this.#isRoot = process.getuid?.() === 0;
    this.#host = {
      records: new LaunchRecords(options.directory),
      bootId: readBootId(),
      now: options.now,
      identity: (user) => this.#identity(user),
      changed: () => this.#changed(),
    };
  }

  async recover(): Promise<void> {
    mkdirSync(this.#directory, { recursive: true, mode: 0o750 });
    for (const record of this.#host.records.all()) {
      this.#units.set(record.launch.unit, new SupervisedProcess(this.#host, record));
    }
    await Promise.all([...this.#units.values()].map((unit) => unit.recover()));
    this.#look();
  }

  async observe(): Promise<ReadonlyMap<string, ObservedProcess>> {
    for (const unit of this.#units.values()) unit.look();
    return new Map([...this.#units].map(([name, unit]) => [name, unit.observe()]));
  }

  async identity(user: string): Promise<Identity | undefined> {
    return this.#identity(user);
  }

  async lookUp(_unit: string, user: string): Promise<Identity | undefined> {
    return this.#identity(user);
  }

  runTool(run: Omit<ToolRun, 'identity'>, user: string, signal: AbortSignal): Promise<ToolResult> {
    return runTool({ ...run, identity: this.#identity(user) }, signal);
  }

  async start(launch: Launch): Promise<void> {
    refuseLaunch(launch);
    const known = this.#units.get(launch.unit);
    if (known?.isWanted && known.launch.digest === launch.digest) return known.adjust(launch);
    if (known?.hasProcess || known?.isWanted) await known.stop(known.launch.stop);
    const unit = known ?? new SupervisedProcess(this.#host, newRecord(launch));
    this.#units.set(launch.unit, unit);
    await unit.start(launch);
  }

  async stop(unit: string, stop: Stop): Promise<void> {
    await this.#units.get(unit)?.stop(stop);
  }

  async signal(unit: string, signal: NodeJS.Signals): Promise<void> {
    if (this.#units.get(unit)?.signal(signal)) return;
    throw new Fault('unavailable', `cannot send ${signal} to ${unit}: it does not run`);
  }

  async lastLines(unit: string, count: number): Promise<string[]> {
    const path = this.#logPath(unit);
    const lines = await lastLinesOf(path, count);
    if (lines.length >= count) return lines;
    return [...(await lastLinesOf(olderLog(path), count - lines.length)), ...lines];
  }

  follow(unit: string, lines: number, onLines: (lines: string[]) => void): () => void {
    return followFile(this.#logPath(unit), lines, onLines);
  }

  async forget(unit: string): Promise<void> {
    refuseUnitName(unit);
    const known = this.#units.get(unit);
    if (known?.isWanted || known?.hasProcess) {
      throw new Fault('conflict', `cannot forget ${unit}: it runs`, { hint: 'stop it first' });
    }
    this.#units.delete(unit);
    this.#host.records.remove(unit);
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Lets go of everything; the processes stay. */
  [Symbol.dispose](): void {
    clearTimeout(this.#looking);
    for (const unit of this.#units.values()) unit.release();
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }

  #logPath(unit: string): string {
    refuseUnitName(unit);
    return this.#host.records.logPath(unit);
  }

  #look(): void {
    const units = [...this.#units.values()];
    const now = this.#host.now();
    if (Math.abs(now - this.#lookedAt) >= LOOK_MS) {
      this.#lookedAt = now;
      for (const unit of units) {
        unit.look();
        if (unit.hasProcess) this.#boundLog(unit.launch.unit);
      }
    } else {
      for (const unit of units) unit.glance();
    }
    const again = units.some((unit) => unit.isAdopted) ? GLANCE_MS : LOOK_MS;
    this.#looking = setTimeout(() => this.#look(), again);
    this.#looking.unref();
  }

  #boundLog(unit: string): void {
    try {
      boundLog(this.#host.records.logPath(unit));
    } catch {
      // No log yet, or no room for its copy: looked at again in a moment.
    }
  }

  #identity(user: string): Identity | undefined {
    refuseRoot(user, 'a unit');
    if (!this.#isRoot) return undefined;
    const path = join(this.#directory, 'user-ids');
    const given = this.#givenUids(path);
    const uid = chooseUid(user, given, takenUids());
    if (given[user] === undefined) writeAtomicallySync(path, JSON.stringify({ ...given, [user]: uid }));
    return { uid, gid: uid };
  }

  #givenUids(path: string): Record<string, number> {
    try {
      return JSON.parse(readFileSync(path, 'utf8')) as Record<string, number>;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
      throw error;
    }
  }
}
