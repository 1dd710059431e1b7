import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AuthorityView } from '../../controller/http/authority.ts';
import { eventually } from '../support/eventually.ts';
import { randomFrom } from '../support/random.ts';
import { CONVERGES_WITHIN_MS, FleetOfHosts, smallFleet } from './fleet-of-hosts.ts';
import type { LabHost, LabPlace, Suite } from './lab-host.ts';
import { expectWhole, UNITS, type Wanted } from './whole-host.ts';

/** What is under way when power is cut. */
export const MOMENTS = ['install', 'config', 'unit', 'renewal'] as const;
export type Moment = (typeof MOMENTS)[number];

const SUITES: readonly Suite[] = ['bookworm', 'trixie'];

export interface Cut {
  readonly seed: number;
  readonly moment: Moment;
  readonly afterMs: number;
  /** Of what it takes when nobody cuts in. */
  readonly ofMs: number;
  /** The host had not got there yet. */
  readonly inTheMiddle: boolean;
  /** '' when the host became whole by itself. */
  readonly failure: string;
}

/** Hosts that are changed together, and whose power is cut each at a moment of its own. */
export class PowerCuts implements AsyncDisposable {
  readonly #fleet: FleetOfHosts;
  readonly #hosts: readonly LabHost[];
  readonly #usualMs = new Map<Moment, number>();
  #wanted: Wanted = { rule: 'changed:0', openFiles: 4_096 };
  #changes = 0;

  static async open(place: LabPlace, count: number): Promise<PowerCuts> {
    const fleet = await FleetOfHosts.open(place);
    try {
      const suites = Array.from({ length: count }, (_, index) => ({ suite: SUITES[index % SUITES.length] as Suite }));
      const cuts = new PowerCuts(fleet, await fleet.lab.boot(...suites));
      await fleet.enrol(cuts.#hosts);
      cuts.#writeFleet();
      await fleet.apply();
      return cuts;
    } catch (error) {
      await fleet[Symbol.asyncDispose]();
      throw error;
    }
  }

  private constructor(fleet: FleetOfHosts, hosts: readonly LabHost[]) {
    this.#fleet = fleet;
    this.#hosts = hosts;
  }

  get log(): string {
    return this.#fleet.log;
  }

  /** One cut for each seed: as many hosts at a time as there are. */
  async *play(moment: Moment, seeds: readonly number[]): AsyncGenerator<Cut> {
    // Where a host is missing the fleet is not resolved anew: hosts that are installed together would wait for each other.
    const together = moment === 'install' ? 1 : this.#hosts.length;
    if (!this.#usualMs.has(moment)) await this.#measure(moment, this.#hosts.slice(0, together));
    for (let from = 0; from < seeds.length; from += together)
      yield* await this.#batch(moment, seeds.slice(from, from + together));
  }

  async #batch(moment: Moment, seeds: readonly number[]): Promise<Cut[]> {
    const hosts = this.#hosts.slice(0, seeds.length);
    const lines = moment === 'install' ? await this.#bareAgain(hosts) : [];
    const beginning = moment === 'install' ? undefined : this.#begin(moment);
    // A renewal is over before whoever asked for it has read the answer.
    if (moment !== 'renewal') await beginning;
    const cuts = await Promise.all(
      hosts.map((host, index) => this.#cutInto(moment, seeds[index] as number, host, lines[index])),
    );
    await beginning;
    if (moment === 'renewal') await this.#finishRotation();
    return cuts;
  }

  async #cutInto(moment: Moment, seed: number, host: LabHost, line: string | undefined): Promise<Cut> {
    const ofMs = this.#usualMs.get(moment) ?? 0;
    const afterMs = Math.round(randomFrom(seed * MOMENTS.length + MOMENTS.indexOf(moment))() * ofMs);
    const typed = line === undefined ? undefined : typeLine(host, line);
    await sleep(afterMs);
    const inTheMiddle = !(await this.#isThere(moment, host));
    await host.powerCut();
    await host.boot();
    const failure = await this.#becomesWhole(host, line, typed?.done === true).then(
      () => '',
      (error: unknown) => `${host.name}: ${error instanceof Error ? error.message : String(error)}`,
    );
    return { seed, moment, afterMs, ofMs, inTheMiddle, failure };
  }

  /** Whoever typed the line saw the machine go: unless it said that it was done, they type it once more. */
  async #becomesWhole(host: LabHost, line: string | undefined, wasDone: boolean): Promise<void> {
    if (line !== undefined && !wasDone) await host.sh(line);
    await expectWhole(this.#fleet, host, this.#wanted);
  }

  async #begin(moment: Moment): Promise<void> {
    if (moment === 'renewal') return void (await this.#fleet.must('authority', 'rotate'));
    this.#changes++;
    const { rule, openFiles } = this.#wanted;
    this.#wanted =
      moment === 'config'
        ? { openFiles, rule: `changed:${this.#changes}` }
        : { rule, openFiles: 4_096 + this.#changes };
    this.#writeFleet();
    await this.#fleet.apply('--no-wait');
  }

  #writeFleet(): void {
    this.#fleet.write(smallFleet(this.#fleet.mirror.url, { hosts: this.#hosts, interval: '5s', ...this.#wanted }));
  }

  /** How long it takes when nobody cuts in, from when hosts hear of it. */
  async #measure(moment: Moment, hosts: readonly LabHost[]): Promise<void> {
    const lines = moment === 'install' ? await this.#bareAgain(hosts) : [];
    const askedAt = performance.now();
    if (moment !== 'install') await this.#begin(moment);
    const began = moment === 'renewal' ? askedAt : performance.now();
    await Promise.all(lines.map((line, index) => (hosts[index] as LabHost).sh(line)));
    await eventually(async () => {
      for (const host of hosts) assert.ok(await this.#isThere(moment, host), `${host.name}: no ${moment}`);
    }, CONVERGES_WITHIN_MS);
    this.#usualMs.set(moment, Math.max(performance.now() - began, 500));
    for (const host of hosts) await expectWhole(this.#fleet, host, this.#wanted);
    if (moment === 'renewal') await this.#finishRotation();
  }

  async #isThere(moment: Moment, host: LabHost): Promise<boolean> {
    if (moment === 'renewal') {
      const { rotating, waitingFor } = await this.#fleet.get<AuthorityView>('/v1/authority');
      return rotating && !waitingFor.includes(host.name);
    }
    const view = await this.#fleet.hostView(host).catch(() => undefined);
    return view?.converged === true && view.units.length === UNITS.length;
  }

  /** Refused while a host has only a certificate of the old authority. */
  async #finishRotation(): Promise<void> {
    await eventually(async () => {
      const { waitingFor } = await this.#fleet.get<AuthorityView>('/v1/authority');
      assert.deepEqual(waitingFor, [], 'these have not renewed their certificates');
    }, CONVERGES_WITHIN_MS);
    await this.#fleet.must('authority', 'finish');
    await this.#fleet.converged(this.#hosts);
  }

  /** Other machines of the same names, each with a line of its own. */
  async #bareAgain(hosts: readonly LabHost[]): Promise<string[]> {
    const lines: string[] = [];
    for (const host of hosts) {
      await host.wipe();
      await host.boot();
      await this.#fleet.must('host', 'remove', host.name, '--yes');
      lines.push(await this.#fleet.installLine());
    }
    return lines;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#fleet[Symbol.asyncDispose]();
  }
}

function typeLine(host: LabHost, line: string): { done: boolean } {
  const typed = { done: false };
  host.sh(line).then(
    () => (typed.done = true),
    // Cut off, most likely.
    () => undefined,
  );
  return typed;
}

export const replayOf = ({ seed, moment }: Cut): string =>
  `npm run powercuts -- --rounds 1 --seed ${seed} --only ${moment}`;

export const showCut = (cut: Cut): string => {
  const where = cut.inTheMiddle ? 'in the middle' : 'after it';
  const how = cut.failure ? `FAILED: ${cut.failure}\n  replay: ${replayOf(cut)}` : 'whole again';
  return `${cut.moment}, seed ${cut.seed}: cut after ${cut.afterMs} of ${Math.round(cut.ofMs)} ms, ${where}: ${how}`;
};
