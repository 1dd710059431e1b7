import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { digestFile } from '../../agent/install/file-digests.ts';
import { readMark } from '../../agent/install/release-mark.ts';
import { BESIDE } from '../../agent/state/atomic-file.ts';
import { eventually } from '../support/eventually.ts';
import type { FleetOfHosts } from './fleet-of-hosts.ts';
import type { LabHost } from './lab-host.ts';

export const UNITS = ['prometheus', 'node_exporter'] as const;
const SCRAPES_WITHIN_MS = 60_000;

/** What tells one state of `smallFleet` from another. */
export interface Wanted {
  readonly rule: string;
  readonly openFiles: number;
}

/** The host became what is wanted, and nobody did it by hand: as its own Prometheus, its systemd and its files show. */
export async function expectWhole(fleet: FleetOfHosts, host: LabHost, { rule, openFiles }: Wanted): Promise<void> {
  await fleet.converged([host]);
  await eventually(async () => {
    assert.deepEqual(await rulesOf(host), [rule]);
    const targets = await targetsOf(host);
    for (const port of [9090, 9100]) assert.ok(targets.includes(`${host.name}:${port} up`), targets.join(', '));
  }, SCRAPES_WITHIN_MS);
  for (const unit of UNITS) {
    const limit = await host.run('systemctl', 'show', '--value', '--property=LimitNOFILE', `${unit}.service`);
    assert.equal(Number(limit), openFiles, `${unit} may open another number of files than is wanted`);
    await host.run('systemctl', 'is-enabled', '--quiet', `${unit}.service`);
  }
  assert.match(await host.run('cat', '/etc/prometheus/rules/up.yml'), new RegExp(`"${rule}"`));
  const root = await host.root();
  for (const unit of UNITS) {
    const left = readdirSync(join(root, 'etc', unit), { recursive: true, encoding: 'utf8' }).filter(isHalfWritten);
    assert.deepEqual(left, [], `half-written files are left of ${unit}`);
  }
  await expectWholeReleases(join(root, 'opt/promfleet/releases'));
}

const isHalfWritten = (path: string): boolean => path.endsWith(BESIDE) || path.includes('/.new-');

/** A release that counts as complete is what was in its archive, byte by byte. */
async function expectWholeReleases(releases: string): Promise<void> {
  const names = readdirSync(releases).filter((name) => !name.startsWith('.'));
  for (const name of names) {
    const { files } = readMark(join(releases, name)) ?? assert.fail(`${name} has no mark`);
    for (const { path, digest } of files)
      assert.equal(await digestFile(join(releases, name, path)), digest, `${name}/${path} is not what was unpacked`);
  }
}

async function rulesOf(host: LabHost): Promise<string[]> {
  const { groups } = await ask<{ groups: { rules: { name: string }[] }[] }>(host, 'rules');
  return groups.flatMap(({ rules }) => rules.map(({ name }) => name));
}

async function targetsOf(host: LabHost): Promise<string[]> {
  type Targets = { activeTargets: { labels: Record<string, string>; health: string }[] };
  const { activeTargets } = await ask<Targets>(host, 'targets?state=active');
  return activeTargets.map(({ labels, health }) => `${labels['instance']} ${health}`);
}

/** Its Prometheus is asked on the host itself: no network is needed. */
export async function ask<T>(host: LabHost, what: string): Promise<T> {
  const answer = await host.run('curl', '-fsS', '--max-time', '10', `http://127.0.0.1:9090/api/v1/${what}`);
  return (JSON.parse(answer) as { data: T }).data;
}
