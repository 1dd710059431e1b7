import { Fault, type Finding } from '../../proto/fault.ts';
import type { Release } from '../../proto/spec.ts';
import { customBuild, type SourceChoice } from '../releases/source.ts';
import type { StoredRelease } from '../store/releases.ts';
import { readPins } from './check-policies.ts';
import type { Library } from './deps.ts';
import type { SourceSetting } from './kinds/fleet.ts';
import { finding, type Place } from './place.ts';
import type { PlacedUnit } from './place-units.ts';
import { withoutSource } from './resolve.ts';
import { type Fleet, ofKind, placeIn, type Resource, titleOf, treeIn } from './resource.ts';
import { type UnitPart, unitParts } from './unit-parts.ts';

export type Locks = Readonly<Record<string, Release>>;

export interface Locked {
  readonly locks: Locks;
  /** Every release that was looked up and not locked before. */
  readonly fresh: readonly StoredRelease[];
  readonly findings: readonly Finding[];
}

/** A resource keeps its release on every host of one architecture, also when its `version:` is taken away. */
export const lockKey = (part: UnitPart, arch: string): string => `${lockPrefix(part)}${arch}`;

const lockPrefix = ({ component, resource }: UnitPart): string => `${component.artifact.archive}|${titleOf(resource)}|`;

export const lockOf = (locks: Locks, unit: PlacedUnit): Release | undefined =>
  locks[lockKey(unit, unit.host.facts.arch)];

export function sourcesOf(fleet: Fleet): SourceChoice[] {
  const written = ofKind(fleet, 'Fleet')[0]?.settings.artifacts?.sources ?? ['github', 'apt'];
  return written.map(sourceChoice);
}

function sourceChoice(source: SourceSetting): SourceChoice {
  if (source === 'github') return { kind: 'github' };
  if (source === 'apt') return { kind: 'apt', suites: [] };
  return 'apt' in source ? { kind: 'apt', suites: source.apt } : { kind: 'mirror', url: source.mirror };
}

/** Every unit's release: as it was locked, or else resolved now, once, and locked from here on. */
export async function lockReleases(
  library: Library,
  fleet: Fleet,
  units: readonly PlacedUnit[],
  previous: Locks,
): Promise<Locked> {
  const locks: Record<string, Release> = stillAsked(fleet, previous);
  const fresh: StoredRelease[] = [];
  const findings: Finding[] = [];
  const refused = new Set<string>();
  for (const unit of units) {
    const { component, resource, host } = unit;
    const asked = unit.settings.version;
    const { arch } = host.facts;
    const key = lockKey(unit, arch);
    if (locks[key] || refused.has(key)) continue;
    // The first architecture decides the version that was left open; the others follow it.
    const twin = Object.entries(locks).find(([other]) => other.startsWith(lockPrefix(unit)));
    try {
      const sources = ownSources(unit, arch) ?? sourcesOf(fleet);
      const release = await library.obtain({ component, version: asked ?? twin?.[1].version, arch }, sources);
      locks[key] = withoutSource(release);
      fresh.push(release);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      refused.add(key);
      findings.push(cannotObtain(resource, error));
    }
  }
  return { locks, fresh, findings: [...findings, ...unpinned(fleet, units, locks)] };
}

/** Where an operator lists what may run, nothing else may, whoever published it. */
function unpinned(fleet: Fleet, units: readonly PlacedUnit[], locks: Locks): Finding[] {
  const { digests, file } = readPins(fleet);
  if (!digests) return [];
  const used = new Map(units.map((unit) => [lockKey(unit, unit.host.facts.arch), unit]));
  return [...used].flatMap(([key, unit]) => {
    const release = locks[key];
    const given = release?.build.startsWith(customBuild(''))
      ? release.build.slice(customBuild('').length)
      : release?.sha256;
    if (!release || given === undefined || digests.has(given)) return [];
    const what = `${release.component} ${release.version} (${release.build}) for ${release.arch}`;
    const hint = `if it is what you want, add the line: ${given}  ${release.component}-${release.version}-${release.arch}`;
    return [finding(versionPlace(unit.resource), `${what} is not among the digests of ${file}: it is ${given}`, hint)];
  });
}

/** A lock outlives the last host that needed it: the next one of that architecture gets the same release. */
function stillAsked(fleet: Fleet, previous: Locks): Record<string, Release> {
  const parts = unitParts(fleet);
  const holds = ([key, release]: [string, Release]): boolean =>
    parts.some(
      (one) =>
        key.startsWith(lockPrefix(one)) &&
        (one.settings.version ?? release.version) === release.version &&
        isAsWritten(one, release),
    );
  return Object.fromEntries(Object.entries(previous).filter(holds));
}

/** What an operator's own URL has is locked as long as the digest that they write for it stays. */
const isAsWritten = ({ component: { artifact } }: UnitPart, { arch, build }: Release): boolean =>
  artifact.at === undefined || build === customBuild(artifact.at.sha256[arch] ?? '');

/** @throws Fault `invalid` when there is a URL and no digest for the architecture. */
function ownSources({ component: { name, version, artifact } }: UnitPart, arch: string): SourceChoice[] | undefined {
  if (!artifact.at) return undefined;
  const sha256 = artifact.at.sha256[arch];
  if (sha256 === undefined) {
    throw new Fault('invalid', `cannot get ${name} ${version} for ${arch}: its \`artifact\` has no sha256 for it`, {
      hint: `write the digest of the ${arch} file under \`custom.artifact.sha256\`, or select hosts by \`facts: { arch: … }\``,
    });
  }
  const url = artifact.at.url.replaceAll('{version}', version).replaceAll('{arch}', arch);
  return [{ kind: 'url', url, sha256, program: artifact.programs[0] ?? name }];
}

const versionPlace = (resource: Resource): Place => placeIn(resource, treeIn(resource, 'version') ? 'version' : 'name');

function cannotObtain(resource: Resource, fault: Fault): Finding {
  return finding(versionPlace(resource), fault.message, fault.hint);
}
