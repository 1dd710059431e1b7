import type { Finding } from '../../../proto/fault.ts';
import type { UnitSpec } from '../../../proto/spec.ts';
import { ONE_WAY, type OneWay } from '../../catalogue/one-way.ts';
import { compareVersions } from '../../releases/version-order.ts';
import type { Specs, UnitChange } from '../compare.ts';
import { seconds } from '../promql/nodes.ts';

const DEFAULT_RETENTION = '15d';
const MOST_NAMED = 3;

/** What an undo does not bring back, once for all units that it is the same of. */
export function oneWays(changes: readonly UnitChange[], old: Specs, wanted: Specs): Finding[] {
  const units = new Map<string, { names: string[]; hint: string }>();
  for (const { host, unit, action } of changes) {
    if (action === 'nothing' || action === 'install') continue;
    const before = old.get(host)?.units.find(({ name }) => name === unit);
    const after = wanted.get(host)?.units.find(({ name }) => name === unit);
    if (!before || !after) continue;
    for (const { message, hint } of [...ofVersion(before, after), ...ofRetention(before, after)]) {
      const told = units.get(message) ?? { names: [], hint };
      told.names.push(`${unit}@${host}`);
      units.set(message, told);
    }
  }
  return [...units].map(([message, { names, hint }]) => ({ message: `${listed(names)}: ${message}`, hint }));
}

export function listed(names: readonly string[], most = MOST_NAMED): string {
  const more = names.length - most;
  return more > 0 ? `${names.slice(0, most).join(', ')} and ${more} more` : names.join(', ');
}

interface Said {
  readonly message: string;
  readonly hint: string;
}

function ofVersion(before: UnitSpec, after: UnitSpec): Said[] {
  const [from, to] = [before.release.version, after.release.version];
  if (from === to) return [];
  return ONE_WAY.filter((one) => one.component === after.component && applies(one, from, to, before.argv)).map(
    ({ message, hint }) => ({ message: `${from} → ${to}: ${message}`, hint }),
  );
}

function applies({ from, to, withWord }: OneWay, before: string, after: string, argv: readonly string[]): boolean {
  const isIn = (version: string, [least, below]: readonly [string, string | undefined]): boolean =>
    compareVersions(version, least) >= 0 && (below === undefined || compareVersions(version, below) < 0);
  return (
    isIn(before, from) && isIn(after, to) && (withWord === undefined || argv.some((word) => word.includes(withWord)))
  );
}

/** What is older, or more, than is kept is deleted within hours. */
function ofRetention(before: UnitSpec, after: UnitSpec): Said[] {
  if (after.component !== 'prometheus') return [];
  const [was, is] = [before, after].map(
    ({ argv }) => flagIn(argv, 'time') ?? (flagIn(argv, 'size') ? undefined : DEFAULT_RETENTION),
  );
  const [old, now] = [seconds(was ?? ''), seconds(is ?? '')];
  const [size, less] = [before, after].map(({ argv }) => bytesIn(flagIn(argv, 'size')));
  const hint = 'take a copy first if someone may still want it';
  const shorter = now !== undefined && (old === undefined || now < old);
  const smaller = less !== undefined && (size === undefined || less < size);
  return [
    ...(shorter
      ? [{ message: `what is older than ${is} is deleted (kept until now: ${was ?? 'by size alone'})`, hint }]
      : []),
    ...(smaller ? [{ message: `the oldest of what is beyond ${flagIn(after.argv, 'size')} is deleted`, hint }] : []),
  ];
}

const flagIn = (argv: readonly string[], of: 'time' | 'size'): string | undefined =>
  argv.find((word) => word.startsWith(`--storage.tsdb.retention.${of}=`))?.split('=')[1];

function bytesIn(size: string | undefined): number | undefined {
  const [, number, unit = 'B'] = /^(\d+)([KMGTPE]?B)$/.exec(size ?? '') ?? [];
  return number === undefined
    ? undefined
    : Number(number) * 1024 ** ['B', 'KB', 'MB', 'GB', 'TB', 'PB', 'EB'].indexOf(unit);
}
