import { lstatSync, mkdirSync, readdirSync, readlinkSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { UnitSpec } from '../../proto/spec.ts';
import { type Layout, placesOf } from './layout.ts';

/** Where a shell looks besides, before and after: a command that the system has is never shadowed. */
const OTHER_COMMANDS = ['/usr/local/sbin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];
const BESIDE = '.promfleet-new-';

/**
 * What people type leads to the release that runs: `prometheus`, and `promtool` beside it. Only the unit that has its component's own
 * name is linked, and of its release only the program of that name and what calls itself a tool: a release can't offer commands at will.
 * A file of anyone else's stays, and a directory that can't be written to goes without.
 */
export function linkPrograms(layout: Layout, unit: UnitSpec, others: readonly string[] = OTHER_COMMANDS): void {
  const { commands } = layout;
  if (commands === undefined || unit.name !== unit.component) return;
  const release = placesOf(layout, unit).release;
  const wanted = programsOf(release, unit.name).filter((name) => others.every((other) => !isThere(join(other, name))));
  try {
    for (const name of ownLinks(layout, unit.name)) if (!wanted.includes(name)) rmSync(join(commands, name));
    for (const name of wanted) link(layout, name, join(release, name));
  } catch {
    // A read-only /usr, mostly. The units run all the same.
  }
}

/** Takes away what leads to any release of the unit's component. */
export function unlinkPrograms(layout: Layout, unit: string): void {
  try {
    for (const name of ownLinks(layout, unit)) rmSync(join(layout.commands ?? '', name), { force: true });
  } catch {
    // As above: then they lead nowhere.
  }
}

function link(layout: Layout, name: string, to: string): void {
  const path = join(layout.commands ?? '', name);
  const target = targetOf(path);
  if (target === to || (isThere(path) && !target.startsWith(`${layout.releases}/`))) return;
  mkdirSync(layout.commands ?? '', { recursive: true });
  const beside = join(layout.commands ?? '', BESIDE + name);
  rmSync(beside, { force: true });
  symlinkSync(to, beside);
  renameSync(beside, path);
}

function programsOf(release: string, unit: string): string[] {
  if (!isThere(release)) return [];
  return readdirSync(release).filter((name) => {
    const stats = lstatSync(join(release, name));
    return (name === unit || /^[a-z]+tool$/.test(name)) && stats.isFile() && (stats.mode & 0o111) !== 0;
  });
}

/** Names that lead into a release of that component, also one that is gone; and what a crash left of one. */
function ownLinks({ commands, releases }: Layout, component: string): string[] {
  if (commands === undefined || !isThere(commands)) return [];
  return readdirSync(commands).filter((name) => {
    const target = targetOf(join(commands, name));
    return (
      target.startsWith(`${releases}/${component}-`) &&
      /^\d[^/]*\/[^/]+$/.test(target.slice(`${releases}/${component}-`.length))
    );
  });
}

const isThere = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined;

function targetOf(path: string): string {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ? readlinkSync(path) : '';
}
