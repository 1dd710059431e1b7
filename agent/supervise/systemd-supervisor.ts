import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Fault, messageOf } from '../../proto/fault.ts';
import type { Stop } from '../../proto/spec.ts';
import { runTool, type ToolResult, type ToolRun } from '../install/run-tool.ts';
import { refuseLaunch, refuseRoot, refuseUnitName } from './launch-refusal.ts';
import { MountPoints } from './mount-points.ts';
import type { Identity, Launch, ObservedProcess, Supervisor } from './supervisor.ts';
import { presentUser, systemUser } from './system-user.ts';
import { followJournal, journalLines, lastExitOf, showUnits, systemctl, systemdVersion } from './systemctl.ts';
import { refuseLeftOver, willNotStop } from './systemd-left-over.ts';
import { SystemdService } from './systemd-service.ts';
import type { SystemdStatus } from './systemd-status.ts';
import { confinedTool, resultOfConfined } from './systemd-tool.ts';
import { GROWING_RESTARTS_SINCE, renderStop, renderSystemdUnit } from './systemd-unit.ts';
import { SystemdUnitFiles } from './systemd-unit-file.ts';

/** A process that lives costs one system call each time; systemd is asked only about the others. */
const LOOK_MS = 2_000;
const STOP_LOOK_MS = 50;
/** What systemd itself takes beyond the grace. */
const STOP_SLACK_MS = 15_000;

/** Leaves units to systemd, one hardened unit file each: they run, restart and come back at boot with or without the agent. */
export class SystemdSupervisor implements Supervisor, Disposable {
  readonly kind = 'systemd';
  readonly #directory: string;
  readonly #now: () => number;
  readonly #mayAdopt: (user: string) => boolean;
  readonly #files: SystemdUnitFiles;
  readonly #mountPoints: MountPoints;
  readonly #services = new Map<string, SystemdService>();
  readonly #listeners: (() => void)[] = [];
  #version = 0;
  #looking: NodeJS.Timeout | undefined;

  /** @param options.directory  the supervisor's own, in the agent's state: counts of restarts; `mayAdopt` says of users that promfleet did not make whether units may be them */
  constructor(options: { directory: string; now: () => number; mayAdopt?: (user: string) => boolean }) {
    this.#directory = options.directory;
    this.#mayAdopt = options.mayAdopt ?? (() => false);
    this.#mountPoints = new MountPoints(options.directory);
    this.#now = options.now;
    const knows = (unit: string) => existsSync(this.#countsPath(unit));
    this.#files = new SystemdUnitFiles(undefined, undefined, { state: dirname(options.directory), knows });
  }

  async recover(): Promise<void> {
    mkdirSync(this.#directory, { recursive: true, mode: 0o750 });
    this.#version = await systemdVersion();
    for (const unit of [...this.#files.units(), ...this.#withoutFile()]) this.#service(unit);
    await this.#refresh();
    this.#lookLater();
  }

  async observe(): Promise<ReadonlyMap<string, ObservedProcess>> {
    await this.#refresh();
    return new Map([...this.#services].map(([unit, service]) => [unit, this.#observed(service)]));
  }

  /** Costs no call of systemd. */
  #observed(service: SystemdService): ObservedProcess {
    const { unit } = service;
    const fileDigest = this.#files.exists(unit) ? this.#files.launchDigest(unit) : undefined;
    const seen = service.observe(fileDigest);
    const isKept =
      seen.state === 'running'
        ? fileDigest === seen.launchDigest && this.#files.isWanted(unit)
        : !['backoff', 'failed'].includes(seen.state) || this.#files.fitsUser(unit);
    return isKept ? seen : { ...seen, isLapsed: true };
  }

  async identity(user: string): Promise<Identity> {
    refuseRoot(user, 'a unit');
    return systemUser(user, this.#mayAdopt(user));
  }

  async lookUp(unit: string, user: string): Promise<Identity | 'none'> {
    refuseRoot(user, 'a unit');
    await this.#refuseForeign(unit);
    return presentUser(user, this.#mayAdopt(user)) ?? 'none';
  }

  async runTool(run: Omit<ToolRun, 'identity'>, user: string, signal: AbortSignal): Promise<ToolResult> {
    await this.identity(user);
    return resultOfConfined(await runTool(confinedTool(run, user), signal));
  }

  async start(launch: Launch): Promise<void> {
    refuseLaunch(launch);
    const { unit, digest } = launch;
    const status = await this.#refuseForeign(unit);
    const service = this.#service(unit);
    service.take(status, this.#now());
    const isUp = status?.activeState === 'active' || status?.activeState === 'activating';
    const isSame = this.#observed(service).launchDigest === digest;
    await this.identity(launch.user);
    this.#mountPoints.make(
      unit,
      (launch.sandbox?.binds ?? []).map(({ to }) => to),
    );
    const isNew = this.#files.write(unit, digest, renderSystemdUnit(launch, this.#version));
    if (isNew) await systemctl('daemon-reload');
    await this.#wantAtBoot(unit, 'enable');
    if (isUp && isSame) return;
    if (isUp) await this.#halt(service, launch.stop);
    refuseLeftOver(unit, status);
    service.begin(digest);
    await this.#begin(launch, service);
  }

  async stop(unit: string, stop: Stop): Promise<void> {
    const service = this.#services.get(unit);
    if (!service) return;
    const status = await this.#refuseForeign(unit);
    const isDown = !status || status.activeState === 'inactive' || status.activeState === 'failed';
    if (!this.#files.exists(unit) && !isDown) {
      // With no file systemd would know its own ways alone, and kill what may not be killed.
      this.#files.write(unit, 'none', renderStop(stop));
      await systemctl('daemon-reload');
    }
    // What an operator stopped stays so when the machine boots.
    await this.#wantAtBoot(unit, 'disable');
    if (this.#files.exists(unit)) await this.#halt(service, stop);
  }

  async signal(unit: string, signal: NodeJS.Signals): Promise<void> {
    const service = this.#services.get(unit);
    if (service && !service.isAlive) await this.#refresh();
    if (!service?.isAlive) throw new Fault('unavailable', `cannot send ${signal} to ${unit}: it does not run`);
    process.kill(service.pid, signal);
  }

  async lastLines(unit: string, count: number): Promise<string[]> {
    refuseUnitName(unit);
    await this.#refuseForeign(unit);
    return journalLines(unit, count);
  }

  follow(unit: string, lines: number, onLines: (lines: string[]) => void): () => void {
    refuseUnitName(unit);
    const ending = new AbortController();
    let end: () => void = () => undefined;
    const begin = () => {
      if (!ending.signal.aborted) end = followJournal(unit, lines, onLines);
    };
    this.#refuseForeign(unit).then(begin, (error: unknown) => onLines([messageOf(error)]));
    return () => {
      ending.abort();
      end();
    };
  }

  async forget(unit: string): Promise<void> {
    refuseUnitName(unit);
    await this.#refresh();
    const service = this.#services.get(unit);
    if (!service) return;
    if (service.observe('').state !== 'none') {
      throw new Fault('conflict', `cannot forget ${unit}: it runs`, { hint: 'stop it first' });
    }
    await this.#wantAtBoot(unit, 'disable');
    this.#files.remove(unit);
    this.#mountPoints.remove(unit);
    rmSync(this.#countsPath(unit), { force: true });
    this.#services.delete(unit);
    await systemctl('daemon-reload');
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Lets go of everything; the units stay. */
  [Symbol.dispose](): void {
    clearTimeout(this.#looking);
    this.#looking = undefined;
  }

  async #wantAtBoot(unit: string, verb: 'enable' | 'disable'): Promise<void> {
    if (verb === 'enable' || this.#files.exists(unit)) await systemctl(verb, '--quiet', `${unit}.service`);
    else this.#files.unwant(unit);
    await this.#files.syncWanted();
  }

  #countsPath(unit: string): string {
    return join(this.#directory, `${unit}.restarts`);
  }

  /** Units of which only what we noted is left: they may run. */
  #withoutFile(): string[] {
    const noted = readdirSync(this.#directory).filter((name) => name.endsWith('.restarts'));
    return noted.map((name) => name.slice(0, -'.restarts'.length)).filter((unit) => !this.#files.exists(unit));
  }

  #service(unit: string): SystemdService {
    const service = this.#services.get(unit) ?? new SystemdService(unit, this.#directory);
    this.#services.set(unit, service);
    return service;
  }

  /** A unit of that name that came with a package, or that someone wrote, is not ours to replace. */
  async #refuseForeign(unit: string): Promise<SystemdStatus | undefined> {
    // By another name than was asked for when that is only an alias of it.
    const [status] = (await showUnits([unit])).values();
    const path = status?.fragmentPath;
    const isGone = path === this.#files.path(unit) && !this.#files.exists(unit);
    if (path && !isGone && (path !== this.#files.path(unit) || !this.#files.isOwn(unit))) {
      throw this.#files.foreign(unit, path);
    }
    return status;
  }

  async #begin({ unit, program }: Launch, service: SystemdService): Promise<void> {
    try {
      await systemctl('start', `${unit}.service`);
    } catch (error) {
      const said = (await journalLines(unit, 5)).find((line) => line.includes(program));
      throw new Fault('invalid', `cannot start ${unit}: ${said ?? messageOf(error)}`, { cause: error });
    } finally {
      service.take((await showUnits([unit])).get(unit), this.#now());
      this.#changed();
    }
  }

  async #halt(service: SystemdService, stop: Stop): Promise<void> {
    service.isStopping = true;
    try {
      await systemctl('stop', '--no-block', `${service.unit}.service`);
      if (!(await this.#isGone(service, stop))) throw willNotStop(service, stop);
    } finally {
      service.isStopping = false;
      this.#changed();
    }
  }

  async #isGone(service: SystemdService, stop: Stop): Promise<boolean> {
    const graceUntil = performance.now() + stop.graceSeconds * 1_000;
    while (performance.now() < graceUntil + STOP_SLACK_MS) {
      await new Promise((resolve) => setTimeout(resolve, STOP_LOOK_MS));
      if (service.isAlive && performance.now() < graceUntil) continue;
      const status = (await showUnits([service.unit])).get(service.unit);
      service.take(status, this.#now());
      if (status?.activeState === 'inactive' || status?.activeState === 'failed') return !service.isAlive;
    }
    return false;
  }

  async #refresh(): Promise<boolean> {
    const stale = [...this.#services.values()].filter((service) => !service.isAlive);
    const before = JSON.stringify(stale.map((service) => service.observe('')));
    const all = await showUnits(stale.map((service) => service.unit));
    for (const service of stale) await this.#take(service, all.get(service.unit));
    return before !== JSON.stringify(stale.map((service) => service.observe('')));
  }

  async #take(service: SystemdService, status: SystemdStatus | undefined): Promise<void> {
    if (service.take(status, this.#now())) service.explain(await lastExitOf(service.unit));
    if (service.keepsExiting) await this.#slowDown(service.unit, true);
  }

  /** Only what changes the pace of restarts by the clock needs looking at a process that lives. */
  async #settle(): Promise<void> {
    for (const service of this.#services.values()) {
      if (!service.hasSettled(this.#now())) continue;
      service.settle();
      // systemd counts for ever: without this, the next restart would wait as long as the last one did.
      await systemctl('reset-failed', `${service.unit}.service`);
      await this.#slowDown(service.unit, false);
    }
  }

  async #slowDown(unit: string, slow: boolean): Promise<void> {
    if (this.#version >= GROWING_RESTARTS_SINCE) return;
    if (this.#files.slowDown(unit, slow)) await systemctl('daemon-reload');
  }

  #lookLater(): void {
    this.#looking = setTimeout(() => void this.#look(), LOOK_MS);
    this.#looking.unref();
  }

  async #look(): Promise<void> {
    try {
      await this.#settle();
      const needsLook = [...this.#services.values()].some(
        (service) => !service.seemsAlive && service.observe('').state !== 'none',
      );
      if (needsLook && (await this.#refresh())) this.#changed();
    } catch {
      // systemd is too busy to answer, or going down: asked again in a moment.
    }
    if (this.#looking) this.#lookLater();
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}
