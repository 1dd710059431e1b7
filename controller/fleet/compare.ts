import { digestOf, launchDigest, specDigest } from '../../proto/digest.ts';
import type { Finding } from '../../proto/fault.ts';
import type { Revision } from '../../proto/revision.ts';
import type { HostSpec, SpecFile, UnitSpec } from '../../proto/spec.ts';
import { type TargetChange, targetChanges } from './compare-targets.ts';
import type { Radius } from './radius/radius.ts';
import { unifiedDiff } from './unified-diff.ts';
import { whyRestart } from './why-restart.ts';

/** `update` touches only what is watched or asked while the program runs: target files, probes. */
export type UnitAction = 'remove' | 'install' | 'restart' | 'reload' | 'update' | 'stop' | 'start' | 'nothing';

export interface UnitChange {
  readonly host: string;
  readonly unit: string;
  readonly action: UnitAction;
  readonly why: readonly string[];
  /** '' when there is none. */
  readonly fromVersion: string;
  readonly toVersion: string;
  /** Unified diff of its configuration and rules, '' when they are the same. */
  readonly diff: string;
}

export interface PlannedRelease {
  readonly component: string;
  readonly version: string;
  readonly build: string;
  readonly arch: string;
  readonly sha256: string;
  readonly source: string;
}

/** What an apply would do, as an operator reads it. */
export interface Plan extends Radius {
  /** Of this shape; see docs/plan-json.md. */
  readonly format: 1;
  /** The revision that it was worked out against. */
  readonly base: Revision;
  readonly changes: boolean;
  /** Removals first. */
  readonly units: readonly UnitChange[];
  readonly targets: readonly TargetChange[];
  /** New to the fleet. */
  readonly releases: readonly PlannedRelease[];
  readonly notes: readonly Finding[];
}

export type Specs = ReadonlyMap<string, Pick<HostSpec, 'units'>>;

/** `digest`: of its units, where it is known. */
type OldSpec = Pick<HostSpec, 'units'> & { readonly digest?: string };

const ORDER: readonly UnitAction[] = ['remove', 'stop', 'restart', 'reload', 'install', 'start', 'update', 'nothing'];

export interface Compared extends Pick<Plan, 'changes' | 'units' | 'targets'> {
  /** Of the hosts that change. */
  readonly old: Specs;
  readonly wanted: Specs;
}

/** Old → new specs by host: what happens to every unit, and why. */
export function compareSpecs(old: ReadonlyMap<string, OldSpec>, wanted: Specs): Compared {
  const hosts = [...new Set([...old.keys(), ...wanted.keys()])].sort();
  const moved = hosts.filter((host) => !isSame(old.get(host), wanted.get(host)));
  const changed = new Set(moved);
  const [before, after] = [only(old, moved), only(wanted, moved)];
  const units = hosts.flatMap((host) =>
    changed.has(host)
      ? compareHost(host, old.get(host)?.units ?? [], wanted.get(host)?.units ?? [])
      : (wanted.get(host)?.units ?? []).map((unit) => unchanged(host, unit)),
  );
  units.sort((a, b) => ORDER.indexOf(a.action) - ORDER.indexOf(b.action));
  return {
    changes: units.some((unit) => unit.action !== 'nothing'),
    units,
    targets: targetChanges(before, after),
    old: before,
    wanted: after,
  };
}

/** Most hosts of most plans: the digest of all that they have is enough. */
const isSame = (before: OldSpec | undefined, after: Pick<HostSpec, 'units'> | undefined): boolean =>
  before?.digest !== undefined && after !== undefined && specDigest(after) === before.digest;

const only = (specs: Specs, hosts: readonly string[]): Specs =>
  new Map(hosts.flatMap((host) => (specs.has(host) ? [[host, specs.get(host) as Pick<HostSpec, 'units'>]] : [])));

function unchanged(host: string, { name, release: { version } }: UnitSpec): UnitChange {
  return { host, unit: name, action: 'nothing', why: [], fromVersion: version, toVersion: version, diff: '' };
}

function compareHost(host: string, old: readonly UnitSpec[], wanted: readonly UnitSpec[]): UnitChange[] {
  const names = [...new Set([...old, ...wanted].map((unit) => unit.name))].sort();
  return names.map((name) => {
    const before = old.find((unit) => unit.name === name);
    const after = wanted.find((unit) => unit.name === name);
    return {
      host,
      unit: name,
      ...compareUnit(before, after),
      fromVersion: before?.release.version ?? '',
      toVersion: after?.release.version ?? '',
      diff: diffFiles(before?.files ?? [], after?.files ?? []),
    };
  });
}

function compareUnit(before: UnitSpec | undefined, after: UnitSpec | undefined): Pick<UnitChange, 'action' | 'why'> {
  if (!after) return { action: 'remove', why: ['no longer in the fleet; its data is kept'] };
  if (!before) return { action: 'install', why: ['new on this host'] };
  if (before.stopped !== after.stopped) {
    return after.stopped
      ? { action: 'stop', why: ['stopped by an operator'] }
      : { action: 'start', why: ['no longer stopped by an operator', ...whyRestart(before, after)] };
  }
  const change = compareRunning(before, after);
  return after.stopped && change.action !== 'nothing'
    ? { action: 'update', why: [...change.why, 'it is stopped: this takes effect when it is started'] }
    : change;
}

function compareRunning(before: UnitSpec, after: UnitSpec): Pick<UnitChange, 'action' | 'why'> {
  const files = changedFiles(before.files, after.files);
  const changed = [...files.filter((file) => !file.live).map((file) => file.why), ...rotated(before, after)];
  const live = files.filter((file) => file.live).map((file) => file.why);
  if (launchDigest(before) !== launchDigest(after)) {
    return { action: 'restart', why: [...whyRestart(before, after), ...changed, ...live] };
  }
  if (changed.length > 0) {
    return after.reload
      ? { action: 'reload', why: [...changed, ...live] }
      : { action: 'restart', why: [...changed, ...live, `${after.component} can't reload its configuration`] };
  }
  const settings =
    digestOf({ ...before, files: [] }) === digestOf({ ...after, files: [] }) ? [] : whySettings(before, after);
  const why = [...live, ...settings];
  return { action: why.length > 0 ? 'update' : 'nothing', why };
}

/** Another value in the same files. Which are named is in the files themselves. */
const rotated = (before: UnitSpec, after: UnitSpec): string[] =>
  (after.secrets ?? []).flatMap(({ name, version }) => {
    const old = before.secrets?.find((one) => one.name === name);
    return old && old.version !== version ? [`secret changed: ${name}`] : [];
  });

/** What neither restarts nor reloads: how the unit is looked after. */
function whySettings(before: UnitSpec, after: UnitSpec): string[] {
  const parts: readonly [keyof UnitSpec, string][] = [
    ['ready', 'how readiness is probed'],
    ['stop', 'how it is stopped'],
    ['reload', 'how it is reloaded'],
    ['checks', 'how its configuration is checked'],
    ['ports', 'which ports it uses'],
    ['reportDrift', 'what happens to changes by hand'],
    ['scripts', 'which scripts run for it, and when'],
  ];
  const changed = parts.filter(([key]) => digestOf(before[key]) !== digestOf(after[key])).map(([, what]) => what);
  return changed.length > 0 ? changed.map((what) => `changed: ${what}`) : ['its description changed'];
}

interface FileChange {
  readonly live: boolean;
  readonly why: string;
}

function changedFiles(before: readonly SpecFile[], after: readonly SpecFile[]): FileChange[] {
  const kept = new Map(after.map((file) => [file.path, file]));
  const gone = before.filter((file) => !kept.has(file.path));
  const old = new Map(before.map((file) => [file.path, file]));
  return [
    ...gone.map((file) => ({ live: file.live, why: `file removed: ${file.path}` })),
    ...after.flatMap((file) => {
      const was = old.get(file.path);
      if (!was) return [{ live: file.live, why: `file added: ${file.path}` }];
      if (was.live === file.live && was.secret === file.secret && Buffer.compare(was.content, file.content) === 0)
        return [];
      return [{ live: file.live && was.live, why: `${whatChanged(file)} changed: ${file.path}` }];
    }),
  ];
}

const whatChanged = ({ live, path }: SpecFile): string =>
  live ? (path.startsWith('scripts/') ? 'script' : 'targets') : 'config';

/** Secrets may lie in any other file that native configuration names: those are never shown. */
const shown = (path: string): boolean => path === 'prometheus.yml' || /^(rules|slo)\//.test(path);

function diffFiles(before: readonly SpecFile[], after: readonly SpecFile[]): string {
  const text = (files: readonly SpecFile[], path: string): string =>
    Buffer.from(files.find((file) => file.path === path)?.content ?? []).toString('utf8');
  const paths = [...new Set([...before, ...after].map((file) => file.path))].filter(shown).sort();
  return paths.map((path) => unifiedDiff(path, text(before, path), text(after, path))).join('');
}
