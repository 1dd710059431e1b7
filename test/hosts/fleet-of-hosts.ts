import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { HostView, StatusView } from '../../controller/http/views.ts';
import { eventually } from '../support/eventually.ts';
import { buildDownloads } from '../support/real-downloads.ts';
import { type RealMirror, realMirror } from '../support/real-releases.ts';
import { Lab, type LabHost, type LabPlace } from './lab-host.ts';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const PROMFLEET = path('../../installers/promfleet');
const STARTS_WITHIN_MS = 60_000;
export const CONVERGES_WITHIN_MS = 180_000;

/** A real controller on this machine, where hosts of a lab reach it, and whatever hosts are booted and enrolled with it. */
export class FleetOfHosts implements AsyncDisposable {
  readonly lab: Lab;
  readonly mirror: RealMirror;
  readonly #directory = mkdtempSync(join(tmpdir(), 'promfleet-hosts-'));
  #controller: ChildProcess | undefined;

  static async open(place: LabPlace): Promise<FleetOfHosts> {
    buildDownloads();
    const fleet = new FleetOfHosts(new Lab(place), await realMirror());
    // The controller listens where the first host's bridge is.
    try {
      await fleet.lab.boot();
      await fleet.startController();
      return fleet;
    } catch (error) {
      await fleet[Symbol.asyncDispose]();
      throw error;
    }
  }

  private constructor(lab: Lab, mirror: RealMirror) {
    this.lab = lab;
    this.mirror = mirror;
  }

  get folder(): string {
    return join(this.#directory, 'fleet');
  }
  /** What the controller prints. */
  get log(): string {
    return join(this.#directory, 'controller.log');
  }
  get controllerPid(): number {
    return this.#controller?.pid ?? assert.fail('no controller runs');
  }
  get #socket(): string {
    return join(this.#directory, 'controller/control.sock');
  }

  /** @param env  more for the controller, such as a clock of its own */
  async startController(env: NodeJS.ProcessEnv = {}): Promise<void> {
    const log = openSync(this.log, 'a');
    const words = ['controller', '--dir', join(this.#directory, 'controller'), '--listen', this.lab.outside];
    this.#controller = spawn(PROMFLEET, [...words, '--name', this.lab.outside], {
      env: { ...process.env, ...env },
      stdio: ['ignore', log, log],
    });
    const ended = once(this.#controller, 'exit').then(() => {
      throw new Error(`the controller has ended: ${readFileSync(this.log, 'utf8').slice(-2_000)}`);
    });
    await Promise.race([ended, eventually(() => this.get('/v1/status'), STARTS_WITHIN_MS)]);
    // It ends when it is told to.
    ended.catch(() => undefined);
  }

  async stopController(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const controller = this.#controller;
    if (!controller || controller.exitCode !== null || controller.signalCode !== null) return;
    const ended = once(controller, 'exit');
    controller.kill(signal);
    await ended;
  }

  /** GET on the operator API, over the local socket. */
  get<T>(at: string): Promise<T> {
    return new Promise((done, fail) => {
      const call = request({ socketPath: this.#socket, path: at }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.on('end', () => done(JSON.parse(text) as T));
      });
      call.on('error', fail).end();
    });
  }

  /** What is typed at it: `promfleet …`. @returns what it printed. @throws when it fails. */
  async must(...words: readonly string[]): Promise<string> {
    const env = { ...process.env, NO_COLOR: '1', PROMFLEET_SOCKET: this.#socket };
    return (await promisify(execFile)(PROMFLEET, words, { env, maxBuffer: 64 * 1024 * 1024 })).stdout;
  }

  /** The same with something on its standard input. */
  feed(input: string, ...words: readonly string[]): Promise<string> {
    const env = { ...process.env, NO_COLOR: '1', PROMFLEET_SOCKET: this.#socket };
    const running = promisify(execFile)(PROMFLEET, words, { env });
    running.child.stdin?.end(input);
    return running.then(({ stdout }) => stdout);
  }

  /** The line that `token create` prints for a bare host. */
  async installLine(...words: readonly string[]): Promise<string> {
    const created = JSON.parse(await this.must('token', 'create', ...words, '-o', 'json')) as {
      install: { line: string } | null;
      installProblem?: string;
    };
    return created.install?.line ?? assert.fail(created.installProblem);
  }

  /** Types that line at each of them, at the same time. */
  async enrol(hosts: readonly LabHost[]): Promise<void> {
    const line = await this.installLine('--uses', String(hosts.length));
    await Promise.all(hosts.map((host) => host.sh(line)));
  }

  /** Writes files of the fleet folder; a path that is not named stays as it is. */
  write(files: Readonly<Record<string, string>>): void {
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(this.folder, name)), { recursive: true });
      writeFileSync(join(this.folder, name), content);
    }
  }

  read(name: string): string {
    return readFileSync(join(this.folder, name), 'utf8');
  }

  /** Waits for the hosts, or only for the revision to be there. */
  async apply(...words: readonly '--no-wait'[]): Promise<void> {
    await this.must('apply', '-f', this.folder, '--yes', ...words);
  }

  async hostView(host: LabHost): Promise<HostView> {
    const { hosts } = await this.get<StatusView>('/v1/status');
    return hosts.find(({ name }) => name === host.name) ?? assert.fail(`there is no host ${host.name}`);
  }

  /** Until each is connected and as wanted. */
  async converged(hosts: readonly LabHost[], withinMs = CONVERGES_WITHIN_MS): Promise<void> {
    for (const host of hosts) {
      await eventually(async () => {
        const view = await this.hostView(host);
        assert.ok(view.converged, `${host.name} has not converged: ${JSON.stringify(view, undefined, 1)}`);
      }, withinMs);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stopController('SIGKILL');
    this.lab[Symbol.dispose]();
    await this.mirror[Symbol.asyncDispose]();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

export interface SmallFleet {
  readonly rule?: string;
  readonly openFiles?: number;
  readonly interval?: string;
  /** Each with a Prometheus of its own; not said: one Prometheus on one of all. */
  readonly hosts?: readonly LabHost[];
}

/** node_exporter on every host and Prometheus; what differs from change to change can be said. */
export function smallFleet(mirror: string, more: SmallFleet = {}): Record<string, string> {
  const { rule = 'up:count', openFiles = 4_096, interval = '1s', hosts } = more;
  const prometheus = (name: string, where: string) => `---
kind: Prometheus
name: ${name}
hosts: ${where}
config: prometheus.yml
rules: [rules/*.yml]
limits: { open_files: ${openFiles} }
scrape_configs: [{ exporter: node }, { prometheus: ${name} }]
`;
  const each = hosts?.map(({ name }) => prometheus(`main-${name}`, `[${name}]`)) ?? [prometheus('main', 'all')];
  return {
    'fleet.yaml': `kind: Fleet
name: hosts
artifacts: { sources: [{ mirror: "${mirror}" }] }
---
kind: Exporter
name: node
component: node_exporter
hosts: all
limits: { open_files: ${openFiles} }
${each.join('')}`,
    'prometheus.yml': `global: { scrape_interval: ${interval}, evaluation_interval: 1s }\n`,
    'rules/up.yml': `groups: [{ name: up, rules: [{ record: "${rule}", expr: "count by (job) (up)" }] }]\n`,
  };
}
