import type { Finding } from '../../proto/fault.ts';
import type { Flags } from '../catalogue/component.ts';
import type { Prometheus } from './kinds/prometheus.ts';
import { ownOf } from './own-of.ts';
import { finding } from './place.ts';
import { keyPlaceOf, placeOf, type UnitPart } from './unit-parts.ts';

/** Words of the command line, flags in alphabetical order: writing them in another order restarts nothing. */
export function flagWords(flags: Flags): string[] {
  return Object.entries(flags)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([flag, value]) => {
      if (value === true) return [`--${flag}`];
      if (value === false) return [`--no-${flag}`];
      return (Array.isArray(value) ? value : [value]).map((one) => `--${flag}=${one}`);
    });
}

export function retentionWords(settings: Pick<Prometheus, 'retention'>): string[] {
  const { time, size } = settings.retention ?? {};
  return [
    ...(time === undefined ? [] : [`--storage.tsdb.retention.time=${time}`]),
    ...(size === undefined ? [] : [`--storage.tsdb.retention.size=${size}`]),
  ];
}

/** What can be said of flags without the program that will read them. */
export function checkFlags(part: UnitPart): Finding[] {
  const flags = part.settings.flags ?? {};
  return [...Object.entries(flags).flatMap(([flag, value]) => checkFlag(part, flag, value)), ...checkPath(part, flags)];
}

/** Where it serves its metrics must be something that can be asked for over HTTP: flags move it. */
function checkPath(part: UnitPart, flags: Flags): Finding[] {
  const { component } = part;
  const path = component.metricsPath(flags);
  if (/^\/[\w.~!$&'()*+,;=:@%/-]*$/.test(path)) return [];
  const without = (gone: string): Flags => Object.fromEntries(Object.entries(flags).filter(([flag]) => flag !== gone));
  const flag = Object.keys(flags).find((one) => component.metricsPath(without(one)) !== path) ?? 'flags';
  const message = `\`${flag}\` makes no URL path: metrics would be at ${JSON.stringify(path)}`;
  return [
    finding(placeOf(part, 'flags', flag), message, 'letters, digits, `/` and `-` make one, such as `/prometheus`'),
  ];
}

function checkFlag(part: UnitPart, flag: string, value: Flags[string]): Finding[] {
  const { component } = part;
  const key = keyPlaceOf(part, 'flags', flag);
  if (flag.startsWith('-')) {
    return [
      finding(key, `the flag \`${flag}\` is written without its dashes`, `write \`${flag.replace(/^-+/, '')}:\``),
    ];
  }
  if (!/^[\w.-]+$/.test(flag)) return [finding(key, `\`${flag}\` is no name of a flag`)];
  const reserved = ownOf(component.reservedFlags, flag) ?? ownOf(component.reservedFlags, flag.replace(/^no-/, ''));
  if (reserved) return [finding(key, `the flag \`${flag}\` of ${component.name} can't be set`, reserved)];
  if (value !== 'true' && value !== 'false') return [];
  // `--web.enable-admin-api=false` is no way to say no: the program refuses to start with it.
  const said = value === 'true' ? `--${flag}` : `--no-${flag}`;
  return [
    finding(
      placeOf(part, 'flags', flag),
      `a flag takes no value "${value}"`,
      `write ${value} without quotes: it becomes ${said}`,
    ),
  ];
}
