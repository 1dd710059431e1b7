import { Fault, type Finding } from '../../proto/fault.ts';
import { NO_REVISION } from '../../proto/revision.ts';
import type { Override } from '../store/overrides.ts';
import type { FolderFile, StoredRevision } from '../store/revisions.ts';
import { type Basis, basisOf } from './basis.ts';
import { brakeNotes } from './check-brakes.ts';
import { checkPaths } from './check-paths.ts';
import { compareSpecs, type Plan } from './compare.ts';
import type { FleetDeps } from './deps.ts';
import { ofHostsAhead } from './hosts-ahead.ts';
import { type FolderMember, layersIn } from './layers.ts';
import { type Measurements, measure } from './radius/measure.ts';
import { blastRadius } from './radius/radius.ts';
import { type Resolution, resolveFleet } from './resolve-fleet.ts';

export interface ApplyRequest {
  readonly folder: string;
  readonly files: readonly FolderMember[];
  /** Units that an operator stopped are wanted running again. */
  readonly discardOverrides: boolean;
}

/** A digest is new to the fleet when none of so many revisions had it. */
const FAR_ENOUGH = 1_000;

export interface Preview {
  readonly plan: Plan;
  readonly resolved: Resolution;
  /** Of every folder, as the revision would hold them. */
  readonly files: readonly FolderFile[];
  readonly previous: StoredRevision | undefined;
  readonly basis: Basis;
}

/**
 * The `plan` verb: what an apply of this folder would do, and what it would be refused for. Changes nothing.
 * @throws Fault `invalid` with every error
 */
export async function previewFleet(deps: FleetDeps, request: ApplyRequest): Promise<Preview> {
  const overrides = request.discardOverrides ? [] : deps.stores.overrides.all();
  const measured = measure(deps);
  const preview = await workOut(deps, request, overrides, 'plan', measured);
  const inWay = [
    ...noteLayers(deps, request),
    ...brakeNotes(deps, preview, request.folder),
    ...overrides.map(inTheWay),
  ];
  return { ...preview, plan: ofHostsAhead(deps, { ...preview.plan, notes: [...inWay, ...preview.plan.notes] }) };
}

export async function workOut(
  deps: FleetDeps,
  request: ApplyRequest,
  overrides: readonly Override[],
  verb: 'plan' | 'apply',
  measured: Promise<Measurements> = Promise.resolve(new Map()),
): Promise<Preview> {
  checkPaths(request);
  const previous = deps.stores.revisions.latest();
  const basis = basisOf(deps.stores);
  const others = (previous ? deps.stores.revisions.files(previous.revision) : []).filter(
    (file) => file.folder !== request.folder,
  );
  const files = [...others, ...request.files.map((file) => ({ ...file, folder: request.folder }))];
  const resolved = await resolveFleet(deps, files, {
    applying: request.folder,
    locks: previous?.locks ?? {},
    overrides,
    lenient: false,
  });
  refuse(resolved.findings, verb);
  return { plan: planOf(deps, previous, resolved, await measured), resolved, files, previous, basis };
}

/** A layer that was forgotten takes away all that it said. */
function noteLayers({ stores }: FleetDeps, { folder, files }: ApplyRequest): Finding[] {
  const previous = stores.revisions.latest();
  const before = previous ? stores.revisions.files(previous.revision).filter((file) => file.folder === folder) : [];
  const [old, now] = [layersIn(before), layersIn(files)];
  if (before.length === 0 || old.join('/') === now.join('/')) return [];
  const shown = (layers: readonly string[]): string =>
    layers.length === 0 ? 'without layers' : `as the layers ${layers.join(', ')}`;
  return [{ message: `“${folder}” was applied ${shown(old)}, and is given ${shown(now)} here` }];
}

const inTheWay = (one: Override): Finding => ({
  message: `${one.unit}@${one.host} was stopped by ${one.actor}: an apply is refused while it is`,
  hint: 'start it, or apply with --discard-overrides',
});

export function refuse(findings: readonly Finding[], verb: string): void {
  if (findings.length === 0) return;
  const count = findings.length === 1 ? 'there is 1 error in it' : `there are ${findings.length} errors in it`;
  throw new Fault('invalid', `cannot ${verb} the fleet: ${count}`, { findings, hint: 'nothing was changed' });
}

export function planOf(
  deps: FleetDeps,
  previous: StoredRevision | undefined,
  resolved: Resolution,
  measured: Measurements = new Map(),
): Plan {
  const stored = [...deps.stores.specs.all()];
  const old = new Map(stored.map(([host, { spec, digest }]) => [host, { units: spec.units, digest }]));
  const known = new Set(
    deps.stores.revisions.list(FAR_ENOUGH).flatMap(({ locks }) => Object.values(locks).map(({ sha256 }) => sha256)),
  );
  const releases = resolved.fresh
    .filter((release) => !known.has(release.sha256))
    .map(({ component, version, build, arch, sha256, source }) => ({
      component,
      version,
      build,
      arch,
      sha256,
      source,
    }));
  const { changes, ...change } = compareSpecs(old, resolved.specs);
  return {
    format: 1,
    base: previous?.revision ?? NO_REVISION,
    changes,
    units: change.units,
    targets: change.targets,
    ...blastRadius(change, resolved.units, resolved.specs, measured),
    releases: releases.filter((one, index) => releases.findIndex((other) => other.sha256 === one.sha256) === index),
    notes: resolved.notes,
  };
}
