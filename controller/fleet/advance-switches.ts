import { Fault } from '../../proto/fault.ts';
import type { HostReport } from '../../proto/report.ts';
import { compareRevisions } from '../../proto/revision.ts';
import type { HostSpec, UnitSpec } from '../../proto/spec.ts';
import type { FleetDeps } from './deps.ts';
import { refreshWith } from './refresh.ts';
import { readSwitches } from './stored-switches.ts';
import { isForScrapers, keyOf, LAST_STEP, type Switch, twinName } from './switches.ts';
import { readTargetUrls } from './target-file.ts';
import { targetsAsSaid } from './targets-as-said.ts';

const ASK_TIMEOUT_MS = 10_000;
/** Where a Prometheus may not be asked: it takes in its targets within 10 s, and most intervals are no longer than a minute. */
const UNASKED_MS = 75_000;

/** Who scrapes a unit, and what it should scrape of it now. */
interface Scraper {
  readonly host: string;
  readonly unit: UnitSpec;
  readonly instance: string;
  readonly urls: readonly string[];
}

/** Takes every switch to its next step once hosts and scrapers have confirmed the present one. Nothing but what is stored is relied on. */
export class SwitchWatch {
  readonly #deps: FleetDeps;
  /** Switch and step → since when it could not be asked for. */
  readonly #unasked = new Map<string, number>();
  #isLooking = false;

  constructor(deps: FleetDeps) {
    this.#deps = deps;
  }

  async look(): Promise<void> {
    const { stores } = this.#deps;
    const switches = readSwitches(stores.meta);
    if (switches.length === 0 || this.#isLooking || stores.meta.held()) return;
    this.#isLooking = true;
    try {
      const done = await this.#confirmed(switches);
      if (done.length === 0) return;
      this.#forget(done);
      const advancing = new Set(done.map(keyOf));
      await refreshWith(this.#deps, { actor: 'promfleet', note: sayAdvance(done), advancing });
    } finally {
      this.#isLooking = false;
    }
  }

  async #confirmed(switches: readonly Switch[]): Promise<Switch[]> {
    const { stores } = this.#deps;
    const specs = new Map([...stores.specs.all()].map(([host, { spec }]) => [host, spec]));
    const reports = new Map([...stores.reports.all()].map(([host, { report }]) => [host, report]));
    const answers = new Map<string, Promise<ReadonlyMap<string, readonly string[]> | undefined>>();
    const asked = switches.map(async (one) => {
      const scrapers = scrapersOf(one, specs);
      const units = [one.unit, twinName(one.unit)];
      const hosts = [one.host, ...scrapers.map(({ host }) => host), ...probersThrough(one, specs)];
      const isDone =
        hosts.every((host) => isConverged(specs.get(host), reports.get(host))) &&
        units.every((unit) => isReady(reports.get(one.host), unit)) &&
        (!isForScrapers(one.step) || (await this.#areTakenIn(one, scrapers, answers)));
      return isDone ? [one] : [];
    });
    return (await Promise.all(asked)).flat();
  }

  /** Each scraper scrapes just what it should, and all of that answers. */
  async #areTakenIn(
    one: Switch,
    scrapers: readonly Scraper[],
    answers: Map<string, Promise<ReadonlyMap<string, readonly string[]> | undefined>>,
  ): Promise<boolean> {
    for (const { host, unit, instance, urls } of scrapers) {
      const key = `${unit.name}@${host}`;
      const answer = answers.get(key) ?? this.#targets(host, unit);
      answers.set(key, answer);
      const said = await answer;
      const isTaken = said
        ? (said.get(instance) ?? []).toSorted().join() === urls.toSorted().join()
        : this.#hasWaited(`${keyOf(one)} ${one.step} ${key}`);
      if (!isTaken) return false;
    }
    return true;
  }

  /** A unit that changes over once more waits anew. */
  #forget(done: readonly Switch[]): void {
    const past = done.map((one) => `${keyOf(one)} ${one.step} `);
    for (const key of this.#unasked.keys()) {
      if (past.some((prefix) => key.startsWith(prefix))) this.#unasked.delete(key);
    }
  }

  #hasWaited(what: string): boolean {
    const since = this.#unasked.get(what) ?? this.#deps.now();
    this.#unasked.set(what, since);
    return this.#deps.now() - since >= UNASKED_MS;
  }

  async #targets(host: string, unit: UnitSpec): Promise<ReadonlyMap<string, readonly string[]> | undefined> {
    const prefix = (unit.ready[0]?.path ?? '').replace(/\/-\/ready$/, '');
    try {
      const said = await this.#deps.ask?.(host, unit, `${prefix}/api/v1/targets?state=active`, ASK_TIMEOUT_MS);
      return said === undefined ? undefined : targetsAsSaid(said);
    } catch (error) {
      if (error instanceof Fault) return undefined;
      throw error;
    }
  }
}

function scrapersOf(one: Switch, specs: ReadonlyMap<string, HostSpec>): Scraper[] {
  const port = specs.get(one.host)?.units.find(({ name }) => name === one.unit)?.ports[0]?.number;
  const instance = `${one.host}:${port}`;
  return [...specs].flatMap(([host, { units }]) =>
    units
      .filter((unit) => !unit.stopped)
      .flatMap((unit) => {
        const urls = unit.files.flatMap((file) => (file.live ? readTargetUrls(file) : []));
        const own = urls.filter((target) => target.instance === instance).map((target) => target.url);
        return own.length > 0 ? [{ host, unit, instance, urls: own }] : [];
      }),
  );
}

/** Probes name the exporter that they go through in configuration, not among targets: whoever probes has to have taken that in. */
function probersThrough(one: Switch, specs: ReadonlyMap<string, HostSpec>): string[] {
  const unit = specs.get(one.host)?.units.find(({ name }) => name === one.unit);
  if (unit?.component !== 'blackbox_exporter') return [];
  return [...specs].flatMap(([host, { units }]) =>
    units.some(({ component, stopped }) => component === 'prometheus' && !stopped) ? [host] : [],
  );
}

const isConverged = (spec: HostSpec | undefined, report: HostReport | undefined): boolean =>
  spec !== undefined &&
  report !== undefined &&
  report.converged &&
  compareRevisions(report.revision, spec.revision) >= 0;

const isReady = (report: HostReport | undefined, name: string): boolean =>
  report?.units.some((unit) => unit.name === name && unit.state === 'ready') ?? false;

function sayAdvance(done: readonly Switch[]): string {
  const [first] = done;
  const what = done.length === 1 && first ? keyOf(first) : `${done.length} units`;
  return `endpoint security of ${what}: past step ${Math.min(...done.map(({ step }) => step))} of ${LAST_STEP}`;
}
