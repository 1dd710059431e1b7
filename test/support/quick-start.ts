import { type ExecFileOptions, execFile, spawn } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePorts } from './free-port.ts';
import { processesBelow } from './processes.ts';

const PROMFLEET = fileURLToPath(new URL('../../installers/promfleet', import.meta.url));

const PROMFLEET_AGENT = `${PROMFLEET}-agent`;

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A quick start of its own, in a directory and on ports of its own, driven through the program that people type. */
export class QuickStart implements AsyncDisposable {
  readonly directory: string;
  readonly folder: string;
  readonly #as: { readonly uid?: number; readonly gid?: number };
  readonly ports: { readonly prometheus: number; readonly nodeExporter: number };

  /** `uid`: everything is run as that user, who has no rights but over this directory. */
  static async create(uid?: number): Promise<QuickStart> {
    const [apiPort, sessionPort, enrolmentPort, pagePort, prometheus, nodeExporter] = await freePorts(6);
    const directory = mkdtempSync(join(tmpdir(), 'promfleet-'));
    chmodSync(directory, 0o755);
    mkdirSync(join(directory, 'home'));
    const ports = { apiPort, sessionPort, enrolmentPort, pagePort, prometheus, nodeExporter };
    writeFileSync(join(directory, 'home/ports.json'), JSON.stringify(ports));
    if (uid !== undefined)
      for (const path of ['', 'home', 'home/ports.json']) chownSync(join(directory, path), uid, uid);
    return new QuickStart(directory, uid, { prometheus: prometheus as number, nodeExporter: nodeExporter as number });
  }

  private constructor(directory: string, uid: number | undefined, ports: { prometheus: number; nodeExporter: number }) {
    this.directory = directory;
    this.#as = uid === undefined ? {} : { uid, gid: uid };
    this.folder = join(directory, 'fleet');
    this.ports = ports;
  }

  get home(): string {
    return join(this.directory, 'home');
  }

  /** Writes files of the fleet folder; a path that is not named stays as it is. */
  write(files: Readonly<Record<string, string>>): void {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(this.folder, path)), { recursive: true });
      writeFileSync(join(this.folder, path), content);
    }
  }

  read(path: string): string {
    return readFileSync(join(this.folder, path), 'utf8');
  }

  /** node_exporter and Prometheus on this host, from a mirror; versions are the ones asked for, or the mirror's newest. */
  writeFleet(mirror: string, versions: { prometheus?: string; nodeExporter?: string } = {}): void {
    const version = (wanted: string | undefined) => (wanted ? `version: "${wanted}"\n` : '');
    this.write({
      'fleet.yaml': `kind: Fleet
name: test
artifacts: { sources: [{ mirror: "${mirror}" }] }
---
kind: Exporter
name: node
component: node_exporter
${version(versions.nodeExporter)}hosts: all
port: ${this.ports.nodeExporter}
---
kind: Prometheus
name: main
${version(versions.prometheus)}hosts: all
port: ${this.ports.prometheus}
config: prometheus.yml
rules: [rules/*.yml]
scrape_configs: [{ exporter: node }, { prometheus: main }]
`,
      'prometheus.yml': 'global: { scrape_interval: 1s, evaluation_interval: 1s }\n',
      'rules/up.yml': 'groups: [{ name: up, rules: [{ record: "job:up:count", expr: "count by (job) (up)" }] }]\n',
    });
  }

  /** node_exporter alone: there within a few seconds. */
  writeExporter(mirror: string): void {
    this.write({
      'fleet.yaml': `kind: Fleet
name: test
artifacts: { sources: [{ mirror: "${mirror}" }] }
---
kind: Exporter
name: node
component: node_exporter
hosts: all
port: ${this.ports.nodeExporter}
`,
    });
  }

  /** Runs `promfleet …` against this quick start; never rejects. */
  run(...args: string[]): Promise<Outcome> {
    return runProgram(PROMFLEET, args, { ...this.#as, env: this.environment() });
  }

  /** The same with something on its standard input. */
  feed(input: string, ...args: string[]): Promise<Outcome> {
    return runProgram(PROMFLEET, args, { ...this.#as, env: this.environment() }, input);
  }

  /** The same with an operator's credential at hand, and no local socket. */
  runAs(credential: string, ...args: string[]): Promise<Outcome> {
    const env = { ...this.environment(), PROMFLEET_SOCKET: '', PROMFLEET_CREDENTIAL: credential };
    return runProgram(PROMFLEET, args, { ...this.#as, env });
  }

  /** Runs `promfleet-agent …` with a join token; never rejects. */
  runAgent(token: string, ...args: string[]): Promise<Outcome> {
    return runProgram(PROMFLEET_AGENT, args, { ...this.#as, env: { ...this.environment(), PROMFLEET_TOKEN: token } });
  }

  /** Like `run`, but a non-zero exit is an error that shows what was printed. */
  async must(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.run(...args);
    if (code !== 0) throw new Error(`promfleet ${args.join(' ')} exited with ${code}\n${stdout}${stderr}`);
    return stdout;
  }

  up(): Promise<Outcome> {
    return this.run('up', '--dir', this.home, '-f', this.folder);
  }

  start(...args: string[]) {
    return spawn(PROMFLEET, args, { ...this.#as, env: this.environment(), stdio: ['ignore', 'pipe', 'pipe'] });
  }

  /** GET on the operator API, over the local socket. */
  get<T>(path: string): Promise<T> {
    return new Promise((done, fail) => {
      const call = request({ socketPath: join(this.home, 'controller/control.sock'), path }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.on('end', () => done(JSON.parse(text) as T));
      });
      call.on('error', fail).end();
    });
  }

  /** Any other request to it. */
  send(method: 'POST' | 'PUT' | 'DELETE', path: string, body: unknown): Promise<{ status: number; text: string }> {
    return new Promise((done, fail) => {
      const socketPath = join(this.home, 'controller/control.sock');
      const headers = { 'content-type': 'application/json' };
      const call = request({ socketPath, method, path, headers }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.on('end', () => done({ status: response.statusCode ?? 0, text }));
      });
      call.on('error', fail).end(JSON.stringify(body));
    });
  }

  /** The pid in a lock file or of a unit; 0 when there is none. */
  pidOf(who: 'controller' | 'agent' | 'prometheus' | 'node_exporter'): number {
    if (who === 'controller' || who === 'agent') {
      try {
        const lock = who === 'controller' ? 'controller/controller.lock' : 'host/agent/agent.pid';
        return (JSON.parse(readFileSync(join(this.home, lock), 'utf8')) as { pid: number }).pid;
      } catch {
        return 0;
      }
    }
    return processesBelow(this.directory).find((one) => one.program.endsWith(`/${who}`))?.pid ?? 0;
  }

  private environment(): NodeJS.ProcessEnv {
    return {
      ...process.env,
      HOME: this.directory,
      NO_COLOR: '1',
      PROMFLEET_SOCKET: join(this.home, 'controller/control.sock'),
    };
  }

  /** Takes everything down, by force where it must: what outlives a test is a defect of another test. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.run('down', '--dir', this.home, '--yes');
    for (const left of processesBelow(this.directory)) process.kill(left.pid, 'SIGKILL');
    rmSync(this.directory, { recursive: true, force: true });
  }
}

const runProgram = (
  program: string,
  args: readonly string[],
  options: ExecFileOptions,
  input?: string,
): Promise<Outcome> =>
  new Promise((done) => {
    const child = execFile(
      program,
      args,
      { ...options, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => {
        const code = error ? (typeof error.code === 'number' ? error.code : -1) : 0;
        done({ code, stdout, stderr });
      },
    );
    if (input !== undefined) child.stdin?.end(input);
  });
