import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AgentIdentity } from '../../agent/state/identity-file.ts';
import { eventually } from '../support/eventually.ts';
import { FleetOfHosts, smallFleet } from './fleet-of-hosts.ts';
import { type LabHost, type LabPlace, unpackedPackage } from './lab-host.ts';
import { ask, expectWhole, UNITS } from './whole-host.ts';

/** Who or what is away, or moves on. */
export const ABSENCES = ['cable', 'controller', 'clock'] as const;
export type Absence = (typeof ABSENCES)[number];

const INTERVAL_S = 5;
/** One scrape that is missing is a gap; one that is a little late is none. */
const LONGEST_S = INTERVAL_S * 1.8;
const DAYS_ON = 29;
const DAY_MS = 86_400_000;
const OPEN_FILES = 4_096;

/** Hosts whose network, controller or clock goes away and comes back: nothing restarts on them, and nothing is missed. */
export class Absences implements AsyncDisposable {
  readonly #fleet: FleetOfHosts;
  #changes = 0;

  static async open(place: LabPlace): Promise<Absences> {
    const fleet = await FleetOfHosts.open(place);
    try {
      const absences = new Absences(fleet);
      const hosts = await fleet.lab.boot({}, { suite: 'trixie' });
      await fleet.enrol(hosts);
      absences.#write();
      await fleet.apply();
      for (const host of hosts) await expectWhole(fleet, host, absences.#wanted);
      // Two scrapes of everything, so that a first gap could be seen.
      await sleep(2_500 * INTERVAL_S);
      return absences;
    } catch (error) {
      await fleet[Symbol.asyncDispose]();
      throw error;
    }
  }

  private constructor(fleet: FleetOfHosts) {
    this.#fleet = fleet;
  }

  get #wanted() {
    return { rule: `changed:${this.#changes}`, openFiles: OPEN_FILES };
  }
  #write(): void {
    const { mirror, lab } = this.#fleet;
    this.#fleet.write(smallFleet(mirror.url, { hosts: lab.hosts, interval: `${INTERVAL_S}s`, ...this.#wanted }));
  }

  /** @returns what was seen. @throws when a unit restarted, or a scrape is missing. */
  async play(absence: Absence, minutes: number): Promise<string> {
    const [host] = this.#fleet.lab.hosts as [LabHost];
    const [from, before] = [Date.now(), await unitsOf(host)];
    if (absence === 'cable') await this.#cutCable(host, minutes);
    if (absence === 'controller') await this.#leave(minutes);
    const renewed = absence === 'clock' ? await this.#moveClock(host) : '';
    await expectWhole(this.#fleet, host, this.#wanted);
    assert.equal(await unitsOf(host), before, 'units have restarted');
    const scrapes = await scrapesOf(host, from);
    return `${absence}: ${Math.round((Date.now() - from) / 1000)} s, ${scrapes} scrapes, none missing, no restart${renewed}`;
  }

  /** The host's own Prometheus goes on, and what is changed meanwhile arrives. */
  async #cutCable(host: LabHost, minutes: number): Promise<void> {
    await host.cutCable();
    await sleep(minutes * 30_000);
    this.#changes++;
    this.#write();
    await this.#fleet.apply('--no-wait');
    await sleep(minutes * 30_000);
    await host.healCable();
  }

  async #leave(minutes: number): Promise<void> {
    await this.#fleet.stopController('SIGKILL');
    await sleep(minutes * 60_000);
    await this.#fleet.startController();
  }

  /**
   * The controller and the agents come back 29 days later, and everything else stays in today: systemd, which has started already, and
   * the Prometheis, which ask no C library what time it is.
   */
  async #moveClock(host: LabHost): Promise<string> {
    const before = await certificateOf(host);
    using library = unpackedPackage('libfaketime');
    const [name] = readdirSync(library.path, { recursive: true, encoding: 'utf8' }).filter((one) =>
      one.endsWith('/libfaketime.so.1'),
    );
    const file = join(library.path, name ?? assert.fail('there is no libfaketime.so.1'));
    await this.#fleet.stopController();
    for (const each of this.#fleet.lab.hosts) {
      await each.copyIn(file, '/usr/local/lib/libfaketime.so.1');
      await each.sh(`echo +${DAYS_ON}d > /etc/faketimerc && echo /usr/local/lib/libfaketime.so.1 > /etc/ld.so.preload`);
      await each.run('systemctl', 'restart', 'promfleet-agent');
    }
    await this.#fleet.startController({
      LD_PRELOAD: file,
      FAKETIME: `+${DAYS_ON}d`,
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    });
    const certificate = await eventually(async () => {
      const now = await certificateOf(host);
      assert.notEqual(now.fingerprint256, before.fingerprint256, 'the certificate has not been renewed');
      return now;
    }, 120_000);
    const days = (certificate.validToDate.getTime() - before.validToDate.getTime()) / DAY_MS;
    assert.ok(days > DAYS_ON - 1, `the new certificate lasts ${days} days longer`);
    return `, certificate renewed, good for ${Math.round(days)} days more`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#fleet[Symbol.asyncDispose]();
  }
}

async function certificateOf(host: LabHost): Promise<X509Certificate> {
  const identity = await host.run('cat', '/var/lib/promfleet-agent/identity.json');
  return new X509Certificate((JSON.parse(identity) as AgentIdentity).certificate);
}

const unitsOf = (host: LabHost): Promise<string> =>
  host.run(
    'systemctl',
    'show',
    '--property=Id,MainPID,NRestarts,ExecMainStartTimestampMonotonic',
    ...UNITS.map((unit) => `${unit}.service`),
  );

interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly values: readonly (readonly [number, string])[];
}

/** How often the host's own targets were scraped since then. @throws when once they were not. */
async function scrapesOf(host: LabHost, fromMs: number): Promise<number> {
  // The clock of whoever asks may be another: Prometheus's own counts.
  const seconds = Math.round((Date.now() - fromMs) / 1000) + INTERVAL_S;
  const { result } = await ask<{ result: Series[] }>(
    host,
    `query?query=up%7Binstance%3D~%22${host.name}:.*%22%7D%5B${seconds}s%5D`,
  );
  assert.equal(result.length, 2);
  for (const { metric, values } of result) {
    values.forEach(([at, value], index) => {
      const after = at - (values[index - 1]?.[0] ?? at);
      assert.ok(
        value === '1' && after <= LONGEST_S,
        `${metric['instance']}: up is ${value} ${after.toFixed(1)} s after the scrape before, at ${new Date(at * 1_000).toISOString()}`,
      );
    });
    assert.ok(
      values.length >= Math.floor((seconds - INTERVAL_S) / INTERVAL_S) - 1,
      `${metric['instance']}: ${values.length} scrapes in ${seconds} s`,
    );
  }
  return result.reduce((sum, { values }) => sum + values.length, 0);
}
