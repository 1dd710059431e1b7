import { specDigest } from '../proto/digest.ts';
import { messageOf } from '../proto/fault.ts';
import type { HostFacts, Problem } from '../proto/report.ts';
import type { HostSpec } from '../proto/spec.ts';
import type { AgentOptions } from './agent-options.ts';
import { HINTS } from './hints.ts';
import { digestOfTrust, type Goal, hostReport, type Seen } from './host-report.ts';
import { DiskFault, nameDisk } from './install/disk-fault.ts';
import { DiskWatch } from './install/disk-watch.ts';
import { FileDigests } from './install/file-digests.ts';
import { surplusReleases } from './install/prune.ts';
import { ReleaseStore } from './install/release.ts';
import type { Settings } from './narrowing/settings.ts';
import { SettingsFile } from './narrowing/settings-file.ts';
import { Activities } from './reconcile/activities.ts';
import { execute } from './reconcile/execute.ts';
import { forbids, type Host, offerCommands } from './reconcile/host.ts';
import { Loop } from './reconcile/loop.ts';
import { LossWatch } from './reconcile/loss-watch.ts';
import { type Look, observe } from './reconcile/observe.ts';
import { Prober } from './reconcile/prober.ts';
import { MOST_UNITS } from './reconcile/refuse.ts';
import { type StepOf, type UnitStep, unitOf } from './reconcile/step.ts';
import { placesOfStep } from './reconcile/step-places.ts';
import { Wake } from './reconcile/wake.ts';
import { type Wanted, wantedUnits } from './reconcile/wanted.ts';
import { Scripts } from './scripts/scripts.ts';
import { SpecStore } from './state/spec-file.ts';
import { UnitRecords } from './state/unit-records.ts';
import { listensOn } from './supervise/port-owner.ts';
import { HostTls, type TlsTrust } from './tls/host-tls.ts';
import { ReportSlot } from './uplink/report-slot.ts';

export type { AgentOptions } from './agent-options.ts';

/** A change of agent.yaml takes effect this soon. */
const LOOK_AT_SETTINGS_MS = 2_000;

/** One host kept right: all of an agent but its way to the controller. */
export class Agent {
  readonly reports = new ReportSlot();
  readonly host: Host;
  readonly loop: Loop;
  readonly #options: AgentOptions;
  readonly #wake = new Wake();
  #facts: HostFacts;
  #known: Readonly<Record<string, string>> = {};
  #authorities: readonly string[] = [];
  #goal: Goal | undefined;
  /** What the present look is for: a report must not claim of a newer spec what was seen before it came. */
  #looked: Goal | undefined;
  #seen: Seen | undefined;
  readonly #disks: DiskWatch;
  readonly #scripts: Scripts;
  /** The newest spec, while there is no room for it. */
  #unsaved: HostSpec | undefined;

  constructor(options: AgentOptions) {
    const { layout, supervisor, log, now, ticks, chance } = options;
    this.#options = options;
    this.#facts = options.facts;
    const tls = new HostTls(layout.state, options.certify);
    this.host = {
      layout,
      supervisor,
      log,
      tls,
      now,
      releases: new ReleaseStore(layout, options.bring),
      records: new UnitRecords(layout.state),
      specs: new SpecStore(layout.state),
      digests: new FileDigests(),
      prober: new Prober(now, this.#wake.wake, tls.credentials),
      losses: new LossWatch(layout.state, {
        now,
        log,
        present: tls.credentials,
        onChange: () => this.loop.retryForRoom(),
        glanceMs: options.glanceMs,
      }),
      activities: new Activities(ticks),
      settings: options.settings ?? new SettingsFile(layout),
    };
    const loopHost = {
      look: (busy: ReadonlySet<string>) => this.#look(busy),
      execute: (step: UnitStep, signal: AbortSignal) => this.#execute(step, signal),
      report: (look: Look, progress: Seen['progress'], isSettled: boolean) =>
        this.#report({ look, progress: new Map(progress), isSettled, goal: this.#looked }),
      settled: (look: Look) => this.#keepHouse(look),
    };
    this.loop = new Loop(loopHost, this.#wake, { now: ticks, chance, log });
    this.#scripts = new Scripts(this.host, {
      now,
      ticks,
      onFault: (unit, script, fault) => this.#noteScript(unit, script, fault),
    });
    this.#disks = new DiskWatch({
      paths: [layout.state, layout.releases, layout.etc, layout.var],
      isAwaited: () => this.#unsaved !== undefined || this.loop.waitsForRoom(),
      onProblem: (disk) => this.knows({ problems: { disk } }),
      onRelief: () => this.#useRoom(),
    });
  }

  /** What is on disk already: adopted, not touched. */
  async recover(): Promise<void> {
    this.host.records.load();
    this.host.specs.load();
    await this.host.settings.look();
    await this.host.supervisor.recover();
    this.host.supervisor.onChange(this.#wake.wake);
    this.host.activities.onChange(() => this.#reportAgain());
  }

  async run(signal: AbortSignal): Promise<void> {
    this.#disks.look();
    const watching = setInterval(() => this.host.settings.hasChanged && this.#wake.wake(), LOOK_AT_SETTINGS_MS);
    try {
      await this.loop.run(signal);
    } finally {
      clearInterval(watching);
      this.#disks[Symbol.dispose]();
      this.#scripts[Symbol.dispose]();
      this.host.prober[Symbol.dispose]();
      this.host.losses[Symbol.dispose]();
    }
  }

  /** Saved before anything acts on it. An older one is no news. */
  async accept(spec: HostSpec): Promise<void> {
    const { length } = spec.units;
    const problem = length > MOST_UNITS ? `cannot accept a spec of ${length} units: this agent runs ${MOST_UNITS}` : '';
    this.knows({ problems: { spec_refused: problem } });
    if (problem !== '') return;
    try {
      if (await this.host.specs.accept(spec)) this.#options.log.info({ revision: spec.revision }, 'new spec');
      this.#unsaved = undefined;
      this.knows({ problems: { spec_unsaved: '' } });
    } catch (error) {
      this.#unsaved = spec;
      const named = this.#noteDisk(nameDisk(error, 'save the new spec', [this.host.layout.state]));
      const message = named instanceof DiskFault ? named.message : `cannot save the new spec: ${messageOf(error)}`;
      this.knows({ problems: { spec_unsaved: message } });
      throw error;
    }
    this.#wake.wake();
  }

  #noteScript(unit: string, script: string, fault: string): void {
    const code = `script_failed ${unit}/${script}`;
    const message = fault === '' ? '' : `the script ${script} of ${unit} failed: ${fault}`;
    if ((this.#known[code] ?? '') !== message) this.knows({ problems: { [code]: message } });
  }

  #noteDisk(error: unknown): unknown {
    if (error instanceof DiskFault) this.#disks.look();
    return error;
  }

  #useRoom(): void {
    if (this.#unsaved) this.accept(this.#unsaved).catch(() => undefined);
    this.loop.retryForRoom();
  }

  async #execute(step: UnitStep, signal: AbortSignal): Promise<void> {
    try {
      await (this.#options.execute ?? execute)(this.host, step as StepOf<UnitStep['kind']>, signal);
    } catch (error) {
      const { what, paths } = placesOfStep(step, this.host.layout);
      throw this.#noteDisk(nameDisk(error, what, paths));
    } finally {
      this.host.activities.clear(unitOf(step));
    }
  }

  /** What it was told under another enrolment is let go of; what that put here stays until it is told anew. */
  belongTo(enrolment: string): void {
    this.host.specs.belongTo(enrolment);
    this.#wake.wake();
  }

  wanted(): readonly Wanted[] | undefined {
    const spec = this.host.specs.accepted?.spec;
    if (!spec) this.#goal = undefined;
    if (!spec) return undefined;
    const { settings } = this.host.settings.current;
    if (this.#goal?.spec !== spec || this.#goal.settings !== settings)
      this.#goal = { spec, settings, units: wantedUnits(spec, settings), digest: specDigest(spec) };
    return this.#goal.units;
  }

  async #look(busy: ReadonlySet<string>): Promise<Look> {
    this.#follow(await this.host.settings.look());
    const wanted = this.wanted();
    this.#looked = this.#goal;
    const look = await observe(this.host, wanted, busy, this.#seen?.look.observed);
    this.#scripts.follow(wanted ?? [], look.observed);
    return look;
  }

  #follow({ settings, problem }: { readonly settings: Settings; readonly problem: string }): void {
    this.#facts = { ...this.#facts, ownAddress: settings.address, narrowing: settings.allow };
    if (problem !== '' && this.#known['settings_unusable'] !== problem) this.#options.log.error({ problem }, 'held');
    this.#known = { ...this.#known, settings_unusable: problem };
  }

  /** Why the controller may not have it; '' when it may. */
  forbids(what: 'logs' | 'queries'): string {
    return forbids(this.host.settings, what);
  }

  /** It is wanted here, or something of it is here still. */
  hasUnit(name: string): boolean {
    return this.#sound(name) !== undefined || [...this.host.records.names()].includes(name);
  }

  /** A spec may name any port: it counts only while the unit itself listens on it. */
  portsOf(unit: string): ReadonlySet<number> {
    const pid = this.#seen?.look.observed.units.get(unit)?.program.pid ?? 0;
    const named = this.#sound(unit)?.unit.ports.map((port) => port.number) ?? [];
    return new Set(named.filter((port) => listensOn(pid, port)));
  }

  #sound(name: string): Wanted | undefined {
    return this.wanted()?.find(({ unit, refusals }) => unit.name === name && refusals.length === 0);
  }

  /** Problems by their code; '' is one that is over. */
  knows(change: {
    facts?: Partial<HostFacts>;
    authorities?: readonly string[];
    tls?: TlsTrust | undefined;
    problems?: Readonly<Record<string, string>>;
  }): void {
    this.#facts = { ...this.#facts, ...change.facts };
    this.#known = { ...this.#known, ...change.problems };
    this.#authorities = change.authorities ?? this.#authorities;
    if (change.tls) {
      this.host.tls.believe(change.tls);
      // What waited to hear whom to trust is tried now; files that say so are written.
      this.loop.retryNow();
    }
    this.#reportAgain();
  }

  #report(seen: Seen): void {
    this.#seen = seen;
    this.#reportAgain();
  }

  #reportAgain(): void {
    if (!this.#seen) return;
    const context = {
      facts: this.#facts,
      problems: this.#problems(),
      trustDigest: digestOfTrust(this.#authorities),
      tlsTrustDigest: this.host.tls.digest,
      activities: this.host.activities,
      atMs: this.#options.now(),
    };
    this.reports.put(hostReport(this.#seen, context));
  }

  #problems(): Problem[] {
    const problems = { ...this.#known, spec_unreadable: this.host.specs.problem };
    return Object.entries(problems)
      .filter(([, message]) => message !== '')
      .map(([code, message]) => ({ code, message, hint: HINTS[code] ?? '' }));
  }

  async #keepHouse({ wanted, observed }: Look): Promise<void> {
    const { releases, specs } = this.host;
    for (const { unit } of wanted ?? []) {
      if (observed.units.get(unit.name)?.record.launch?.sha256 === unit.release.sha256) offerCommands(this.host, unit);
    }
    const used = new Set((wanted ?? []).map(({ unit }) => unit.release.sha256));
    const running = new Set([...observed.units.values()].flatMap(({ record }) => record.launch?.sha256 ?? []));
    const surplus = surplusReleases(releases.unpacked(), used, new Set(specs.accepted?.previousReleases), running);
    for (const name of surplus) {
      this.#options.log.info({ release: name }, 'removing a release that nothing uses');
      await releases.remove(name);
    }
    await releases.removePartial();
  }
}
