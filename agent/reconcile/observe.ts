import { existsSync } from 'node:fs';
import type { UnitRecord } from '../state/unit-record.ts';
import type { ObservedProcess } from '../supervise/supervisor.ts';
import { lookAtTls, type UnitTlsState } from '../tls/unit-files.ts';
import { type Host, logLines } from './host.ts';
import { lookAtConfig } from './look-at-config.ts';
import type { UnitLoss } from './loss-watch.ts';
import { NO_CONFIG, NO_PROCESS, type ObservedConfig, type ObservedHost, type ObservedUnit } from './observed.ts';
import type { Readiness } from './prober.ts';
import { tellingLines } from './telling-lines.ts';
import type { Wanted } from './wanted.ts';

/** A stack trace may be long. */
const LOOKED_AT_LINES = 200;
const SHOWN_LINES = 20;

/** One look at the host: what it should be, what it is, and what only people want to know. */
export interface Look {
  /** Undefined before the first spec: then nothing is surplus either. */
  readonly wanted: readonly Wanted[] | undefined;
  readonly observed: ObservedHost;
  readonly readiness: ReadonlyMap<string, Readiness>;
  /** Of units that have failed to store what they should. */
  readonly losses: ReadonlyMap<string, UnitLoss>;
  /** Of units that exited. */
  readonly lastLines: ReadonlyMap<string, readonly string[]>;
  /** What the administrator of the host allows can't be told: nothing may be changed. */
  readonly isHeld: boolean;
  /** Of the authorities of endpoints and scrapers that it knew by then. */
  readonly tlsDigest: string;
}

/** `busy` units are being changed: what is on disk of them may be half way, so their last look is kept. */
export async function observe(
  host: Host,
  wanted: readonly Wanted[] | undefined,
  busy: ReadonlySet<string>,
  last: ObservedHost | undefined,
): Promise<Look> {
  const programs = await host.supervisor.observe();
  const byName = new Map(wanted?.map((want) => [want.unit.name, want]));
  const names = new Set([...byName.keys(), ...programs.keys(), ...host.records.names()]);
  const units = new Map<string, ObservedUnit>();
  const losses = new Map<string, UnitLoss>();
  for (const name of names) {
    const record = host.records.get(name);
    const before = busy.has(name) ? last?.units.get(name)?.config : undefined;
    const config = before ?? configOf(host, name, byName.get(name), record);
    const program = programs.get(name) ?? NO_PROCESS;
    const loss = lossOf(host, name, program, record);
    if (loss) losses.set(name, loss);
    units.set(name, { program, config, record, tls: tlsOf(host, name, byName.get(name)), hold: loss?.hold });
  }
  const releases = new Set(host.releases.installed().values());
  return {
    wanted,
    observed: { releases, units },
    readiness: readinessOf(host, byName, units),
    losses,
    lastLines: await linesOf(host, units),
    isHeld: host.settings.current.problem !== '',
    tlsDigest: host.tls.digest,
  };
}

/** By what it was launched with: its successor may count otherwise, elsewhere. */
function lossOf(host: Host, name: string, program: ObservedProcess, { launch }: UnitRecord): UnitLoss | undefined {
  if (program.state === 'running' && launch?.losses) return host.losses.watch(name, program, launch.losses);
  host.losses.forget(name);
  return undefined;
}

function configOf(host: Host, name: string, wanted: Wanted | undefined, record: UnitRecord): ObservedConfig {
  const etc = `${host.layout.etc}/${name}`;
  // A name that is refused must not even be looked for on disk.
  if (wanted && wanted.refusals.length > 0) return NO_CONFIG;
  if (existsSync(etc)) return lookAtConfig(etc, wanted, record, host.digests);
  return { ...NO_CONFIG, live: { ...NO_CONFIG.live, stale: [...(wanted?.live.keys() ?? [])] } };
}

/** A unit that is not wanted here takes all that it has with it. */
function tlsOf(host: Host, name: string, wanted: Wanted | undefined): UnitTlsState | undefined {
  if (!wanted || wanted.refusals.length > 0) return undefined;
  return lookAtTls(`${host.layout.etc}/${name}`, wanted.unit.tls, host.tls, host.now());
}

function readinessOf(host: Host, wanted: ReadonlyMap<string, Wanted>, units: ReadonlyMap<string, ObservedUnit>) {
  const readiness = new Map<string, Readiness>();
  for (const [name, { program }] of units) {
    const want = wanted.get(name);
    if (want && program.state === 'running') {
      const isOutgoing = program.launchDigest !== want.launchDigest;
      const known = isOutgoing ? host.prober.known(name, program) : undefined;
      readiness.set(name, known ?? host.prober.watch(want.unit, program));
    } else host.prober.forget(name);
  }
  return readiness;
}

async function linesOf(host: Host, units: ReadonlyMap<string, ObservedUnit>): Promise<Map<string, string[]>> {
  const lines = new Map<string, string[]>();
  for (const [name, { program }] of units) {
    if (program.state === 'backoff' || program.state === 'failed')
      lines.set(name, tellingLines(await logLines(host, name, LOOKED_AT_LINES), SHOWN_LINES));
  }
  return lines;
}
