import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { FleetOfHosts } from '../hosts/fleet-of-hosts.ts';
import { type LabHost, labOf } from '../hosts/lab-host.ts';
import { eventually } from '../support/eventually.ts';
import { benchInstalledAgent } from './agent-on-host.ts';
import { cpuSecondsOf, percentile, type Row } from './figures.ts';
import { installNatively, type NativeInstall } from './native-install.ts';

const HOSTS = 20;
const CONFIG_CHANGES = 5;
const LONG_MS = 300_000;
const BENCH_LAB = 7;

/**
 * The same jobs by Ansible (ansible-core 2.14, the role prometheus.prometheus 0.30), measured once on a machine of the same kind: 2 shared
 * cores, 10 hosts of the same sort. Tuned is pipelining, 20 forks and a warm fact cache. Seconds of wall clock and of the controller's CPU.
 */
const ANSIBLE = {
  firstInstall: { default: { wall: 73.7, cpu: 52.8 }, tuned: { wall: 60.5, cpu: 46.0 } },
  configChange: { default: { wall: 18.8, cpu: 14.1 }, tuned: { wall: 5.7, cpu: 3.6 } },
} as const;

/** Booted Debian hosts on this machine, from the printed line on: they and the controller share its cores. `rows` takes what is measured. */
export async function benchHosts(rows: Row[]): Promise<void> {
  await using fleet = await FleetOfHosts.open(labOf(BENCH_LAB));
  const hosts = await fleet.lab.boot(...Array.from({ length: HOSTS }, () => ({})));
  const [enrolled] = await timed(fleet, () => fleet.enrol(hosts));
  rows.push(plain(`enrol ${HOSTS} bare hosts at once, from the line to connected`, seconds(enrolled.wall)));
  const native = await installNatively(fleet, hosts.slice(10));
  rows.push(...(await benchFirstInstall(fleet, hosts.slice(0, 10), native)));
  rows.push(await benchConfigChange(fleet));
  rows.push(...(await benchAll(fleet, hosts)));
  rows.push(await benchBareHost(fleet, hosts[0] as LabHost));
  rows.push(...(await benchInstalledAgent(hosts[2] as LabHost)));
}

interface Cost {
  /** Seconds. */
  readonly wall: number;
  readonly cpu: number;
}

async function timed<T>(fleet: FleetOfHosts, work: () => Promise<T>): Promise<[Cost, T]> {
  const [cpu, began] = [cpuSecondsOf(fleet.controllerPid), performance.now()];
  const result = await work();
  return [{ wall: (performance.now() - began) / 1_000, cpu: cpuSecondsOf(fleet.controllerPid) - cpu }, result];
}

const seconds = (n: number): string => `${n.toFixed(n < 10 ? 2 : 1)} s`;
const plain = (what: string, figure: string): Row => ({ what, figure, floor: '', goal: '', met: undefined });
const asAnsible = (key: keyof typeof ANSIBLE, { wall, cpu }: Cost): string => {
  const { tuned } = ANSIBLE[key];
  return `Ansible tuned, of another day: ${tuned.wall} s (${(tuned.wall / wall).toFixed(0)}×), ${tuned.cpu} CPU-s (${(tuned.cpu / cpu).toFixed(0)}×)`;
};

/** node_exporter on the named hosts and a Prometheus on the first two. */
function write(fleet: FleetOfHosts, on: string, more: { rule?: string; flags?: string } = {}): void {
  const { rule = 'up:count', flags = '{}' } = more;
  fleet.write({
    'fleet.yaml': `kind: Fleet
name: bench
artifacts: { sources: [{ mirror: "${fleet.mirror.url}" }] }
---
kind: Exporter
name: node
component: node_exporter
hosts: ${on}
flags: ${flags}
---
kind: Prometheus
name: main
hosts: [h1, h2]
replicas: 2
config: prometheus.yml
rules: [rules.yml]
scrape_configs: [{ exporter: node }]
`,
    'prometheus.yml': 'global: { scrape_interval: 5s, evaluation_interval: 5s }\n',
    'rules.yml': `groups: [{ name: up, rules: [{ record: "${rule}", expr: "count(up)" }] }]\n`,
  });
}

const TEN = `[${Array.from({ length: 10 }, (_, n) => `h${n + 1}`).join(', ')}]`;

async function benchFirstInstall(
  fleet: FleetOfHosts,
  hosts: readonly LabHost[],
  native: NativeInstall,
): Promise<Row[]> {
  write(fleet, TEN);
  const beganAtMs = Date.now();
  const [cost] = await timed(fleet, async () => {
    await fleet.apply();
    await fleet.converged(hosts);
  });
  const views = await Promise.all(hosts.map((host) => fleet.hostView(host)));
  const started =
    (Math.max(...views.flatMap(({ units }) => units.map((unit) => unit.startedAtMs))) - beganAtMs) / 1_000;
  const what = 'first install on 10 hosts (10 node_exporter, 2 Prometheus), typed apply to confirmed';
  const ansible = asAnsible('firstInstall', cost);
  const beside = (own: number, floor: number) => `curl, tar, sync: ${seconds(floor)} (${(own / floor).toFixed(1)}×)`;
  return [
    {
      what,
      figure: seconds(cost.wall),
      floor: `${beside(cost.wall, native.scraped)}; ${ansible}`,
      goal: '≤ 12 s',
      met: cost.wall <= 12,
    },
    {
      ...plain('the same: typed apply to the last unit started, before Prometheus has scraped', seconds(started)),
      floor: beside(started, native.started),
    },
    {
      what: 'the same: CPU of the controller',
      figure: seconds(cost.cpu),
      floor: ansible,
      goal: '≤ 2 CPU-s',
      met: cost.cpu <= 2,
    },
  ];
}

async function benchConfigChange(fleet: FleetOfHosts): Promise<Row> {
  const costs: Cost[] = [];
  for (let change = 1; change <= CONFIG_CHANGES; change++) {
    write(fleet, TEN, { rule: `up:count${change}` });
    const [cost] = await timed(fleet, () => fleet.apply());
    costs.push(cost);
  }
  const middle = {
    wall: percentile(
      costs.map(({ wall }) => wall),
      0.5,
    ),
    cpu: percentile(
      costs.map(({ cpu }) => cpu),
      0.5,
    ),
  };
  return {
    what: `config change to two Prometheis, typed apply to confirmed by both, p50 of ${CONFIG_CHANGES}`,
    figure: seconds(middle.wall),
    floor: asAnsible('configChange', middle),
    goal: '≤ 0.5 s',
    met: middle.wall <= 0.5,
  };
}

async function benchAll(fleet: FleetOfHosts, hosts: readonly LabHost[]): Promise<Row[]> {
  write(fleet, 'all');
  const [rest] = await timed(fleet, () => fleet.apply());
  write(fleet, 'all', { flags: '{ log.level: warn }' });
  const [restarted] = await timed(fleet, () => fleet.apply());
  await fleet.converged(hosts);
  return [
    plain(`install node_exporter on the ${HOSTS - 10} others`, seconds(rest.wall)),
    plain(
      `a change that restarts node_exporter on all ${HOSTS}, typed apply to the last confirmed`,
      seconds(restarted.wall),
    ),
  ];
}

async function benchBareHost(fleet: FleetOfHosts, watcher: LabHost): Promise<Row> {
  const [bare] = (await fleet.lab.boot({})) as [LabHost];
  const line = await fleet.installLine();
  const query = encodeURIComponent(`up{instance="${bare.name}:9100"} == 1`);
  const began = performance.now();
  const enrolling = bare.sh(line);
  await eventually(async () => {
    const answer = await fetch(`http://${watcher.address}:9090/api/v1/query?query=${query}`);
    const { data } = (await answer.json()) as { data: { result: unknown[] } };
    assert.equal(data.result.length, 1);
  }, LONG_MS);
  const wall = (performance.now() - began) / 1_000;
  await enrolling;
  return {
    what: 'a bare host, from the curl line to its first scrape',
    figure: seconds(wall),
    floor: '',
    goal: '≤ 20 s',
    met: wall <= 20,
  };
}

/** How large the first download is, with the encodings that a host may have. */
export function benchDownload(): Row[] {
  const path = new URL('../../dist/downloads/manifest.json', import.meta.url);
  const { downloads } = JSON.parse(readFileSync(path, 'utf8')) as {
    downloads: readonly { platform: string; files: readonly { encoding: string; size: number }[] }[];
  };
  return (['xz', 'gzip'] as const).map((encoding) => {
    const sizes = downloads
      .filter(({ platform }) => platform === `linux-${process.arch}`)
      .map(({ files }) => files.find((file) => file.encoding === encoding)?.size ?? Number.NaN);
    const megabytes = sizes.reduce((sum, size) => sum + size, 0) / 1e6;
    const most = encoding === 'xz' ? 30 : 42;
    return {
      what: `first download of an agent, ${encoding}`,
      figure: `${megabytes.toFixed(1)} MB`,
      floor: '',
      goal: `≤ ${most} MB`,
      met: megabytes <= most,
    };
  });
}
