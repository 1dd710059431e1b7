import type { UnitSpec } from '../../proto/spec.ts';
import {
  claimConfigDirectory,
  repairSet,
  restoreSet,
  stageSet,
  switchSet,
  TLS_DIRECTORY,
  tidySets,
} from '../install/config-set.ts';
import { placesOf } from '../install/layout.ts';
import { removeLiveFiles, writeLiveFiles } from '../install/live-files.ts';
import { type Owner, ownerOf } from '../install/owner.ts';
import { removeTlsFiles } from '../tls/unit-files.ts';
import type { Host } from './host.ts';
import { lookAtConfig } from './look-at-config.ts';
import { requireOwnPlaces } from './own-places.ts';
import type { StepOf } from './step.ts';
import { digestOfSet } from './wanted.ts';

const ownerFor = async (host: Host, unit: UnitSpec): Promise<Owner> =>
  ownerOf(await host.supervisor.identity(unit.user));

const etcOf = (host: Host, unit: UnitSpec): string => placesOf(host.layout, unit).etc;

export async function writeLive(host: Host, { wanted }: StepOf<'writeLive'>): Promise<void> {
  const { unit, live } = wanted;
  const etc = etcOf(host, unit);
  await requireOwnPlaces(host, unit);
  const owner = await ownerFor(host, unit);
  await claimConfigDirectory(etc, owner);
  const record = host.records.get(unit.name);
  const { stale, edited } = lookAtConfig(etc, wanted, record, host.digests).live;
  const due = new Set([...stale, ...edited]);
  await writeLiveFiles(
    etc,
    wanted.files.filter(({ path }) => due.has(path)),
    owner,
  );
  // After the files: what was not written yet must look as if it still had to be. What is surplus stays listed until it is gone.
  await host.records.update(unit.name, { live: { ...record.live, ...Object.fromEntries(live) } });
}

export async function stage(host: Host, { wanted }: StepOf<'stage'>): Promise<void> {
  const { unit, files, configDigest } = wanted;
  await requireOwnPlaces(host, unit);
  const owner = await ownerFor(host, unit);
  await claimConfigDirectory(etcOf(host, unit), owner);
  if (unit.secrets) {
    const { contents } = host.records.get(unit.name);
    await host.records.update(unit.name, { contents: { ...contents, [configDigest]: digestOfSet(wanted.set) } });
  }
  await stageSet(etcOf(host, unit), configDigest, files, owner, unit.tls ? [TLS_DIRECTORY] : []);
}

export async function switchIn(host: Host, { wanted, keepPrevious }: StepOf<'switch'>): Promise<void> {
  await switchSet(etcOf(host, wanted.unit), wanted.configDigest, { keepPrevious });
}

export async function repair(host: Host, { wanted }: StepOf<'repair'>): Promise<void> {
  const etc = etcOf(host, wanted.unit);
  const { edited } = lookAtConfig(etc, wanted, host.records.get(wanted.unit.name), host.digests);
  host.log.warn({ unit: wanted.unit.name, edited }, 'config was changed by hand, and is put back');
  await repairSet(etc, wanted.configDigest, edited, wanted.files, await ownerFor(host, wanted.unit));
}

export async function restore(host: Host, { wanted }: StepOf<'restore'>): Promise<void> {
  await restoreSet(etcOf(host, wanted.unit));
}

export async function tidy(host: Host, { wanted }: StepOf<'tidy'>): Promise<void> {
  const { unit, live } = wanted;
  const etc = etcOf(host, unit);
  const { surplus } = lookAtConfig(etc, wanted, host.records.get(unit.name), host.digests).live;
  await removeLiveFiles(etc, surplus);
  const { contents = {} } = host.records.get(unit.name);
  const kept = Object.entries(contents).filter(([digest]) => digest === wanted.configDigest);
  await host.records.update(unit.name, { live: Object.fromEntries(live), contents: Object.fromEntries(kept) });
  await tidySets(etc);
  if (!unit.tls) await removeTlsFiles(etc);
}
