import { digestOf } from '../../proto/digest.ts';
import type { UnitSpec } from '../../proto/spec.ts';

/** In words, what differs of all that only a restart can change. */
export function whyRestart(before: UnitSpec, after: UnitSpec): string[] {
  const why: string[] = [];
  if (before.release.sha256 !== after.release.sha256) why.push(whyRelease(before, after));
  if (before.program !== after.program) why.push(`program ${before.program} → ${after.program}`);
  why.push(...whyArgv(before.argv, after.argv), ...whyEnv(before.env, after.env));
  if (before.user !== after.user) why.push(`user ${before.user} → ${after.user}`);
  if (before.limits.memoryBytes !== after.limits.memoryBytes) why.push('memory limit changed');
  if (before.limits.openFiles !== after.limits.openFiles) why.push('limit of open files changed');
  if (digestOf(before.sandbox) !== digestOf(after.sandbox)) why.push('what it may reach on its host changed');
  return why;
}

function whyRelease({ release: before }: UnitSpec, { release: after }: UnitSpec): string {
  if (before.version !== after.version) return `version ${before.version} → ${after.version}`;
  if (before.build !== after.build) return `build ${before.build} → ${after.build}`;
  return `another archive of ${after.version} (${after.sha256.slice(0, 12)})`;
}

const flagName = (word: string): string => word.split('=')[0] ?? word;

function whyArgv(before: readonly string[], after: readonly string[]): string[] {
  const gone = before.filter((word) => !after.includes(word));
  const come = after.filter((word) => !before.includes(word));
  const why = [
    ...come.map((word) => {
      const was = gone.find((old) => flagName(old) === flagName(word));
      return was ? `flag ${was} → ${word.slice(flagName(word).length + 1) || word}` : `flag ${word} added`;
    }),
    ...gone
      .filter((word) => !come.some((now) => flagName(now) === flagName(word)))
      .map((word) => `flag ${word} removed`),
  ];
  return why.length === 0 && before.join('\0') !== after.join('\0') ? ['flags in another order'] : why;
}

/** Values may be secrets: only names are shown. */
function whyEnv(before: Readonly<Record<string, string>>, after: Readonly<Record<string, string>>): string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names
    .filter((name) => before[name] !== after[name])
    .map((name) => `environment: ${name} ${name in after ? (name in before ? 'changed' : 'added') : 'removed'}`);
}
