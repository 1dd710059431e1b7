import { messageOf } from '../../proto/fault.ts';
import type { Script } from '../../proto/spec.ts';
import { type Places, placesOf } from '../install/layout.ts';
import { expandAll } from '../reconcile/execute-checks.ts';
import type { Host } from '../reconcile/host.ts';
import type { ObservedHost } from '../reconcile/observed.ts';
import type { Wanted } from '../reconcile/wanted.ts';
import { interpreterOf, judgeRun, type ScriptRun, showRuns } from './judge-run.ts';
import { writeOutput } from './write-output.ts';

/** Textfiles are small. */
const MOST_OUTPUT = 1024 * 1024;
/** After its unit came up: what collects its output is there then. */
const FIRST_AFTER_MS = 1_000;
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

interface Kept {
  wanted: Wanted;
  script: Script;
  timer: NodeJS.Timeout | undefined;
  isRunning: boolean;
  run: ScriptRun | undefined;
}

interface Options {
  readonly now: () => number;
  readonly ticks: () => number;
  /** How each goes: '' is well. */
  readonly onFault: (unit: string, script: string, fault: string) => void;
}

/**
 * Runs what units have run again and again, as their users and in their sandboxes, while they run themselves. A run that is not over when
 * the next is due stands for it: there are never two. What one printed replaces what it printed before only when it ended well.
 */
export class Scripts implements Disposable {
  readonly #host: Host;
  readonly #options: Options;
  readonly #kept = new Map<string, Kept>();
  readonly #ending = new AbortController();

  constructor(host: Host, options: Options) {
    this.#host = host;
    this.#options = options;
  }

  /** Called after every look: units and scripts come, go and change. */
  follow(wanted: readonly Wanted[], observed: ObservedHost): void {
    const due = new Map<string, { want: Wanted; script: Script }>();
    for (const want of this.#isAllowed() ? wanted : []) {
      const isUp = observed.units.get(want.unit.name)?.program.state === 'running';
      if (!isUp || want.refusals.length > 0 || want.unit.stopped) continue;
      for (const script of want.unit.scripts ?? []) due.set(`${want.unit.name}/${script.name}`, { want, script });
    }
    for (const [key, kept] of this.#kept) {
      if (due.has(key)) continue;
      clearTimeout(kept.timer);
      this.#kept.delete(key);
      this.#options.onFault(kept.wanted.unit.name, kept.script.name, '');
    }
    for (const [key, { want, script }] of due) {
      const kept = this.#kept.get(key);
      if (kept) Object.assign(kept, { wanted: want, script });
      else this.#begin(key, want, script);
    }
  }

  [Symbol.dispose](): void {
    this.#ending.abort();
    for (const { timer } of this.#kept.values()) clearTimeout(timer);
  }

  #isAllowed(): boolean {
    const { settings, problem } = this.#host.settings.current;
    return problem === '' && settings.allow?.scripts !== false;
  }

  #begin(key: string, wanted: Wanted, script: Script): void {
    const kept: Kept = { wanted, script, timer: undefined, isRunning: false, run: undefined };
    this.#kept.set(key, kept);
    const tick = (): void => {
      if (this.#kept.get(key) !== kept || this.#ending.signal.aborted) return;
      kept.timer = setTimeout(tick, kept.script.everySeconds * 1_000);
      if (!kept.isRunning) void this.#run(kept);
    };
    kept.timer = setTimeout(tick, FIRST_AFTER_MS);
  }

  async #run(kept: Kept): Promise<void> {
    const { wanted, script } = kept;
    const { now, ticks, onFault } = this.#options;
    kept.isRunning = true;
    const [startedAtMs, begun] = [now(), ticks()];
    const places = placesOf(this.#host.layout, wanted.unit);
    const fault = await this.#outcome(wanted, script, places).catch((error: unknown) => messageOf(error));
    kept.isRunning = false;
    if (this.#ending.signal.aborted) return;
    const succeededAtMs = fault === '' ? startedAtMs : (kept.run?.succeededAtMs ?? 0);
    kept.run = { name: script.name, fault, startedAtMs, durationMs: ticks() - begun, succeededAtMs };
    if (fault !== '') this.#host.log.warn({ unit: wanted.unit.name, script: script.name, fault }, 'script failed');
    onFault(wanted.unit.name, script.name, fault);
    const runs = [...this.#kept.values()].filter(
      (one) => one.wanted.unit.name === wanted.unit.name && one.script.status === script.status,
    );
    const shown = showRuns(runs.flatMap(({ run }) => run ?? []));
    await writeOutput(`${places.var}/${script.status}`, shown).catch((error: unknown) => {
      this.#host.log.warn({ unit: wanted.unit.name, err: error }, 'cannot write how a script went');
    });
  }

  async #outcome({ unit }: Wanted, script: Script, places: Places): Promise<string> {
    const file = unit.files.find(({ path }) => path === script.file);
    const [program, ...words] = (file && interpreterOf(file.content)) ?? [];
    if (program === undefined) return `${script.file} does not begin with the path of a program that runs it`;
    const result = await this.#host.supervisor.runTool(
      {
        program,
        argv: [...words, `${places.etc}/${script.file}`],
        env: { PATH, ...expandAll(unit.env, places) },
        workingDirectory: places.var,
        timeoutMs: script.timeoutSeconds * 1_000,
        asUnit: { sandbox: unit.sandbox, mostOutput: MOST_OUTPUT },
      },
      unit.user,
      this.#ending.signal,
    );
    const fault = judgeRun(result, MOST_OUTPUT);
    if (fault === '') await writeOutput(`${places.var}/${script.output}`, `${result.stdout.trimEnd()}\n`);
    return fault;
  }
}
