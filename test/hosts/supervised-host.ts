import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe } from 'vitest';
import type { Launch, ObservedProcess } from '../../agent/supervise/supervisor.ts';
import { nodeExporter } from '../../controller/catalogue/node-exporter.ts';
import { describeLab, Lab, type LabHost, type LabPlace, labOf, type Suite, unpackedPackage } from './lab-host.ts';

export interface Outcome {
  readonly value?: unknown;
  readonly code?: string;
  readonly message?: string;
  readonly observed: Record<string, ObservedProcess>;
}

// The first has one pace of restarts, the second a growing one.
const SUITES: { readonly suite: Suite; readonly place: LabPlace }[] = [
  { suite: 'bookworm', place: labOf(1) },
  { suite: 'trixie', place: labOf(2) },
];
const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

/** A booted host of each suite, with programs to run in /opt/programs. */
export function describeHosts(what: string, tests: (host: SupervisedHost, suite: string) => void): void {
  describeLab(what, () => {
    describe.each(SUITES)('on $suite', ({ suite, place }) => {
      const host = new SupervisedHost();
      beforeAll(() => host.open(place, suite));
      afterAll(() => host.close());
      tests(host, suite);
    });
  });
}

export class SupervisedHost {
  #lab: Lab | undefined;

  async open(place: LabPlace, suite: Suite): Promise<void> {
    const scratch = mkdtempSync(join(tmpdir(), 'promfleet-lab-'));
    const bundle = join(scratch, 'supervise-once.cjs');
    const common = { bundle: true, platform: 'node', format: 'cjs', logLevel: 'error' } as const;
    await build({ ...common, entryPoints: [path('supervise-once.ts')], outfile: bundle });
    using exporter = unpackedPackage('prometheus-node-exporter');
    using prometheus = unpackedPackage('prometheus');
    this.#lab = new Lab(place);
    await this.#lab.boot({ suite });
    await this.lab.copyIn(path('../fixtures/programs'), '/opt/programs');
    await this.lab.copyIn(join(exporter.path, 'usr/bin/prometheus-node-exporter'), '/opt/programs/node_exporter');
    await this.lab.copyIn(join(prometheus.path, 'usr/bin/prometheus'), '/opt/programs/prometheus');
    await this.lab.copyIn(process.execPath, '/opt/node');
    await this.lab.copyIn(bundle, '/opt/supervise-once.cjs');
    rmSync(scratch, { recursive: true });
  }
  close(): void {
    this.#lab?.[Symbol.dispose]();
  }

  get lab(): LabHost {
    const host = this.#lab?.hosts[0];
    if (!host) throw new Error('the host is not open');
    return host;
  }
  run(...words: string[]): Promise<string> {
    return this.lab.run(...words);
  }
  write(file: string, text: string): Promise<string> {
    return this.run('sh', '-c', 'printf %s "$1" > "$2"', 'sh', text, file);
  }

  /** What a new agent does, and then sees. */
  async agent(method: string, ...words: unknown[]): Promise<Outcome> {
    const printed = await this.run('/opt/node', '/opt/supervise-once.cjs', method, JSON.stringify(words));
    return JSON.parse(printed) as Outcome;
  }
  /** What `systemd-analyze security` makes of a unit: 10 is open to all. */
  async exposure(unit: string): Promise<number> {
    const security = await this.run('systemd-analyze', 'security', '--no-pager', `${unit}.service`);
    return Number(/exposure level for \S+: ([\d.]+)/.exec(security)?.[1] ?? 10);
  }
  async observe(unit: string): Promise<ObservedProcess> {
    return (await this.agent('observe')).observed[unit] as ObservedProcess;
  }
}

export const launchOf = (unit: string, more: Partial<Launch> = {}): Launch => ({
  unit,
  digest: 'one',
  program: '/opt/programs/steady',
  argv: [],
  env: {},
  user: unit,
  workingDirectory: '/var/lib',
  writable: [],
  stop: { signal: 'SIGTERM', graceSeconds: 5, kill: true },
  limits: { memoryBytes: 0, openFiles: 0 },
  sandbox: undefined,
  startRoom: 0,
  description: `${unit} under test`,
  ...more,
});

export const EXPORTER = launchOf('node_exporter', {
  program: '/opt/programs/node_exporter',
  argv: ['--web.listen-address=127.0.0.1:9100'],
  limits: { memoryBytes: 256 * 1024 * 1024, openFiles: 4_096 },
  sandbox: nodeExporter.sandbox,
});
