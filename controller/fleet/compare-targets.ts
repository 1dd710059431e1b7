import type { SpecFile, UnitSpec } from '../../proto/spec.ts';
import type { Specs } from './compare.ts';
import { mergeAlike } from './merge-alike.ts';
import { jobOfTargetFile, readTargets } from './target-file.ts';

export interface TargetChange {
  /** `unit@host`, several with a comma when the same holds for each. */
  readonly prometheus: string;
  readonly job: string;
  readonly gained: readonly string[];
  readonly lost: readonly string[];
}

/** Which targets every Prometheus that stays, comes or goes begins or ceases to scrape. */
export function targetChanges(old: Specs, wanted: Specs): TargetChange[] {
  const changes = [...new Set([...old.keys(), ...wanted.keys()])].sort().flatMap((host) => {
    const before = old.get(host)?.units ?? [];
    const after = wanted.get(host)?.units ?? [];
    const names = [...new Set([...before, ...after].map((unit) => unit.name))].sort();
    return names.flatMap((name) => compareJobs(`${name}@${host}`, named(before, name), named(after, name)));
  });
  return mergeAlike(
    changes,
    (one) => one.prometheus,
    (one, prometheus) => ({ ...one, prometheus }),
  );
}

const named = (units: readonly UnitSpec[], name: string) => units.find((unit) => unit.name === name);

function compareJobs(
  prometheus: string,
  unitBefore: UnitSpec | undefined,
  unitAfter: UnitSpec | undefined,
): TargetChange[] {
  const was = jobs(unitBefore);
  const is = jobs(unitAfter);
  return [...new Set([...was.keys(), ...is.keys()])].sort().flatMap((job) => {
    const [old, now] = [was.get(job), is.get(job)];
    if (old && now && Buffer.compare(old, now) === 0) return [];
    const [before, after] = [new Set(old ? readTargets(old) : []), new Set(now ? readTargets(now) : [])];
    const gained = [...after].filter((target) => !before.has(target));
    const lost = [...before].filter((target) => !after.has(target));
    return gained.length + lost.length > 0 ? [{ prometheus, job, gained, lost }] : [];
  });
}

/** The file of targets of each job. */
function jobs(unit: UnitSpec | undefined): Map<string, Uint8Array> {
  const files = (unit?.files ?? []).filter((file) => file.live);
  return new Map(files.flatMap((file) => jobTargets(file)));
}

function jobTargets(file: SpecFile): [string, Uint8Array][] {
  const job = jobOfTargetFile(file.path);
  return job === undefined ? [] : [[job, file.content]];
}
