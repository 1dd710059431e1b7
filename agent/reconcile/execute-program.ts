import { existsSync } from 'node:fs';
import { Fault } from '../../proto/fault.ts';
import type { Bind, Losses, Sandbox, UnitSpec } from '../../proto/spec.ts';
import { readSetLinks, removeConfig } from '../install/config-set.ts';
import { DiskFault } from '../install/disk-fault.ts';
import { expand, type Layout, placesOf } from '../install/layout.ts';
import { dataOwner, makeDirectory } from '../install/owner.ts';
import { unlinkPrograms } from '../install/program-links.ts';
import { roomAt } from '../install/read-room.ts';
import { megabytes, roomHint, sayRoom } from '../install/room.ts';
import { listensOn } from '../supervise/port-owner.ts';
import type { Identity, Launch } from '../supervise/supervisor.ts';
import { expandAll, refuseScript } from './execute-checks.ts';
import { requireFreePorts } from './free-ports.ts';
import { type Host, logLines, offerCommands } from './host.ts';
import { heldBack } from './loss-watch.ts';
import { keepOwnFiles } from './own-files.ts';
import { requireOwnPlaces } from './own-places.ts';
import { confirmReload } from './reload.ts';
import type { StepOf } from './step.ts';
import { stopUnit } from './stop-unit.ts';
import type { Wanted } from './wanted.ts';

export async function install(host: Host, { wanted }: StepOf<'install'>, signal: AbortSignal): Promise<void> {
  const { name, release } = wanted.unit;
  await requireOwnPlaces(host, wanted.unit);
  for (const [directory, sha256] of host.releases.unpacked()) {
    if (sha256 === release.sha256) host.log.warn({ directory }, 'release was altered by hand, and is installed anew');
  }
  const say = (step: string, done: number, total: number) => host.activities.set(name, step, done, total);
  await host.releases.install(release, say, signal);
}

export async function stop(host: Host, { unit, stop }: StepOf<'stop'>): Promise<void> {
  host.activities.set(unit, 'stopping');
  await stopUnit(host, unit, stop);
}

export async function hold(_: Host, { unit, hold }: StepOf<'hold'>): Promise<void> {
  throw heldBack(unit, hold);
}

export async function start(host: Host, { wanted }: StepOf<'start'>): Promise<void> {
  const { unit, launchDigest } = wanted;
  host.activities.set(unit.name, 'starting');
  requireRoom(unit.name, lossesOf(host.layout, unit));
  // One that waits for its next start would wait on with its old launch, or its old patience.
  await host.supervisor.stop(unit.name, unit.stop);
  requireFreePorts(unit);
  const { etc, release } = placesOf(host.layout, unit);
  refuseScript(host, unit.name, `${release}/${unit.program}`);
  const owner = await makeDataDirectory(host, unit);
  const { current, stamp } = readSetLinks(etc);
  const record = host.records.get(unit.name);
  const { version, sha256 } = unit.release;
  // Before the start, while nothing of it runs: whatever runs from now on has read these files.
  await host.records.update(unit.name, {
    owner,
    loaded: { stamp, digest: current },
    launch: { digest: launchDigest, version, sha256, stop: unit.stop, losses: lossesOf(host.layout, unit) },
    ...(record.refused?.configDigest === current ? { refused: undefined } : {}),
  });
  await host.supervisor.start(launchOf(host, wanted));
  offerCommands(host, unit);
}

export async function enlist(host: Host, { wanted }: StepOf<'enlist'>): Promise<void> {
  host.log.warn({ unit: wanted.unit.name }, 'its unit file was removed or disabled by hand, and is put back');
  await host.supervisor.start(launchOf(host, wanted));
}

/** On a full disk a program may lose as it starts what the one before it had stored. */
function requireRoom(unit: string, losses: Losses | undefined): void {
  if (!losses?.rescue) return;
  const room = roomAt(losses.directory);
  const needed = losses.rescue.bytesLeast;
  if (room.free >= needed && room.inodes > 0 && !room.isReadOnly) return;
  const why = `it could lose what is stored there: it needs ${megabytes(needed)}, and ${sayRoom(room)}`;
  throw new DiskFault(`cannot start ${unit} now: ${why}`, roomHint(room));
}

/** With nothing left to expand. */
const lossesOf = (layout: Layout, unit: UnitSpec): Losses | undefined =>
  unit.losses && { ...unit.losses, directory: expand(unit.losses.directory, placesOf(layout, unit)) };

function launchOf(host: Host, { unit, launchDigest }: Wanted): Launch {
  const places = placesOf(host.layout, unit);
  return {
    unit: unit.name,
    digest: launchDigest,
    program: `${places.release}/${unit.program}`,
    argv: unit.argv.map((word) => expand(word, places)),
    env: expandAll(unit.env, places),
    user: unit.user,
    workingDirectory: places.var,
    writable: [places.var],
    stop: unit.stop,
    limits: unit.limits,
    sandbox: unit.sandbox && { ...unit.sandbox, binds: bindsOf(unit.sandbox, places.release) },
    startRoom: unit.losses?.rescue?.bytesLeast ?? 0,
    description: `${unit.component} ${unit.release.version}`,
  };
}

/** Builds of one program differ in whether they need any. */
const bindsOf = ({ binds }: Sandbox, release: string): Bind[] =>
  binds.map(({ from, to }) => ({ from: `${release}/${from}`, to })).filter(({ from }) => existsSync(from));

async function makeDataDirectory(host: Host, unit: UnitSpec): Promise<Identity | undefined> {
  const directory = placesOf(host.layout, unit).var;
  await requireOwnPlaces(host, unit);
  await keepOwnFiles(host, unit);
  const owner = await host.supervisor.identity(unit.user);
  await makeDirectory(directory, dataOwner(owner));
  return owner;
}

export async function reload(host: Host, step: StepOf<'reload'>, signal: AbortSignal): Promise<void> {
  const { wanted, digest, stamp } = step;
  const { unit } = wanted;
  if (!unit.reload) throw new Fault('internal', `cannot reload ${unit.name}: it knows no reload`);
  host.activities.set(unit.name, 'reloading');
  const name = unit.reload.signal.startsWith('SIG') ? unit.reload.signal : `SIG${unit.reload.signal}`;
  const program = {
    sendSignal: () => host.supervisor.signal(unit.name, name as NodeJS.Signals),
    listensOn: async (port: number) => listensOn((await host.supervisor.observe()).get(unit.name)?.pid ?? 0, port),
    credentials: host.tls.credentials,
  };
  const { refused } = host.records.get(unit.name);
  if (await confirmReload(unit.reload, program, signal)) {
    const wasRefused = refused?.configDigest === digest;
    await host.records.update(unit.name, { loaded: { stamp, digest }, ...(wasRefused ? { refused: undefined } : {}) });
    return;
  }
  const words = await complaint(host, unit.name);
  if (digest !== wanted.configDigest) {
    throw new Fault(
      'unavailable',
      `cannot go back to the previous config of ${unit.name}: it refuses that too: ${words}`,
    );
  }
  host.log.warn({ unit: unit.name, digest, words }, 'program refused its new config');
  // On disk before anything else: after a crash the next step must be to go back, not to try again.
  await host.records.update(unit.name, {
    refused: { configDigest: digest, launchDigest: wanted.launchDigest, message: words },
  });
}

/** The program's own words: its metrics say that it refused, only its log says why. */
async function complaint(host: Host, unit: string): Promise<string> {
  const lines = await logLines(host, unit, 30);
  const errors = lines.filter((line) => /\blevel=error\b|\berr(or)?=/i.test(line));
  return errors.at(-1) ?? lines.at(-1) ?? 'it wrote nothing about it';
}

/** Its data is kept: only a person may delete that. */
export async function forget(host: Host, { unit }: StepOf<'forget'>): Promise<void> {
  host.prober.forget(unit);
  host.losses.forget(unit);
  await host.supervisor.forget(unit);
  unlinkPrograms(host.layout, unit);
  await removeConfig(`${host.layout.etc}/${unit}`, Object.keys(host.records.get(unit).live));
  await host.records.remove(unit);
}
