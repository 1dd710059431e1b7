import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { Agent, type AgentOptions } from '../../agent/agent.ts';
import { readFacts } from '../../agent/host-facts.ts';
import { bringHere, type FetchRelease } from '../../agent/install/bring-release.ts';
import { type Layout, layoutOf } from '../../agent/install/layout.ts';
import { ProcessSupervisor } from '../../agent/supervise/process-supervisor.ts';
import type { HostReport, UnitReport } from '../../proto/report.ts';
import type { UnitSpec } from '../../proto/spec.ts';
import { type FakeRelease, fakeRelease } from '../support/fake-release.ts';
import { processesBelow } from '../support/processes.ts';
import { someUnit } from '../support/unit-specs.ts';

/** A directory that units which run as users of their own can get to. */
export function temporaryHome(): { readonly path: string; [Symbol.dispose](): void } {
  const path = mkdtempSync(join(tmpdir(), 'promfleet-agent-'));
  chmodSync(path, 0o755);
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

export const quiet = pino({ level: 'silent' });

/** An agent as it is wired in run.ts, on a directory of its own, with no controller: specs and releases are handed to it. */
export class AgentScene implements AsyncDisposable {
  readonly home: string;
  readonly layout: Layout;
  readonly releases = new Map<string, Buffer>();
  readonly fetched: string[] = [];
  agent!: Agent;
  #supervisor: ProcessSupervisor | undefined;
  #ending = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #number = 0;

  constructor() {
    this.home = temporaryHome().path;
    this.layout = layoutOf(this.home);
  }

  fetchRelease: FetchRelease = (sha256, offset) => {
    this.fetched.push(`${sha256.slice(0, 6)}@${offset}`);
    const archive = this.releases.get(sha256)?.subarray(offset) ?? Buffer.alloc(0);
    return (async function* () {
      for (let at = 0; at < archive.length; at += 65_536) yield archive.subarray(at, at + 65_536);
    })();
  };

  async start(more: Partial<AgentOptions> = {}): Promise<void> {
    this.#ending = new AbortController();
    this.#supervisor = new ProcessSupervisor({ directory: `${this.layout.state}/supervisor`, now: Date.now });
    this.agent = new Agent({
      layout: this.layout,
      supervisor: this.#supervisor,
      bring: bringHere(this.layout, (...request) => this.fetchRelease(...request)),
      log: quiet,
      now: Date.now,
      ticks: () => performance.now(),
      chance: () => 0,
      facts: readFacts('process'),
      ...more,
    });
    await this.agent.recover();
    this.#running = this.agent.run(this.#ending.signal);
  }

  async stop(): Promise<void> {
    this.#ending.abort();
    await this.#running;
    this.#supervisor?.[Symbol.dispose]();
  }

  async release(version = '1.0.0'): Promise<FakeRelease> {
    const made = await fakeRelease(version);
    this.releases.set(made.release.sha256, made.archive);
    return made;
  }

  want(...units: UnitSpec[]): Promise<void> {
    return this.agent.accept({ revision: { epoch: 1, number: ++this.#number }, units });
  }

  get report(): HostReport | undefined {
    return this.agent.reports.newest;
  }

  /** Waits until the newest report of a unit is so. @throws with that report when it never is. */
  async until(
    holds: (unit: UnitReport, report: HostReport) => boolean,
    name = 'prometheus',
    ms = 15_000,
  ): Promise<UnitReport> {
    const end = Date.now() + ms;
    for (;;) {
      const unit = this.report?.units.find((unit) => unit.name === name);
      if (unit && this.report && holds(unit, this.report)) return unit;
      if (Date.now() > end) throw new Error(`did not come about: ${JSON.stringify(unit ?? this.report, undefined, 1)}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** Ready with this very revision. */
  untilDone(name = 'prometheus'): Promise<UnitReport> {
    return this.until(
      (unit, report) => report.revision.number === this.#number && report.converged && unit.state === 'ready',
      name,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    for (const { pid } of processesBelow(this.home)) process.kill(pid, 'SIGKILL');
    rmSync(this.home, { recursive: true, force: true });
  }
}

export interface FakeUnit {
  readonly release: FakeRelease;
  readonly port: number;
  readonly config?: string;
  readonly argv?: readonly string[];
}

/** A unit of the fake Prometheus. */
export function fakeUnit(
  { release, port, config = 'first', argv = [] }: FakeUnit,
  change: Partial<UnitSpec> = {},
): UnitSpec {
  return someUnit({
    release: release.release,
    argv: ['--config.file={etc}/prometheus.yml', `--port=${port}`, ...argv],
    files: [
      { path: 'prometheus.yml', content: Buffer.from(`${config}\n`), live: false },
      { path: 'rules/a.yml', content: Buffer.from('groups: []\n'), live: false },
      { path: 'targets/node.json', content: Buffer.from('[]\n'), live: true },
    ],
    checks: [{ argv: ['promtool', '{etc}/prometheus.yml'] }],
    reload: {
      signal: 'SIGHUP',
      metricsPath: '/metrics',
      port,
      successMetric: 'config_ok',
      timestampMetric: 'config_loaded_at',
    },
    ready: [{ name: 'ready', port, path: '/-/ready', status: 200, metric: '', above: 0 }],
    stop: { signal: 'SIGTERM', graceSeconds: 5, kill: true },
    ports: [{ number: port, protocol: 'tcp', use: 'http' }],
    ...change,
  });
}

/** What the program itself says that it has loaded. */
export async function loaded(port: number): Promise<{ config: string; reloads: number; label: string }> {
  const answer = await fetch(`http://127.0.0.1:${port}/config`);
  return (await answer.json()) as { config: string; reloads: number; label: string };
}
