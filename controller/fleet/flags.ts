import type { Finding } from '../../proto/fault.ts';
import type { Component, Flags } from '../catalogue/component.ts';
import type { Prometheus } from './kinds/prometheus.ts';
import type { UnitKeys } from './kinds/unit.ts';
import { finding } from './place.ts';
import { keyPlaceIn, placeIn, type Resource } from './resource.ts';

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
export function checkFlags(resource: Resource, component: Component): Finding[] {
  const flags = (resource.settings as UnitKeys).flags ?? {};
  return [
    ...Object.entries(flags).flatMap(([flag, value]) => checkFlag(resource, component, flag, value)),
    ...checkPath(resource, component, flags),
  ];
}

/** Where it serves its metrics must be something that can be asked for over HTTP: flags move it. */
function checkPath(resource: Resource, component: Component, flags: Flags): Finding[] {
  const path = component.metricsPath(flags);
  if (/^\/[\w.~!$&'()*+,;=:@%/-]*$/.test(path)) return [];
  const without = (gone: string): Flags => Object.fromEntries(Object.entries(flags).filter(([flag]) => flag !== gone));
  const flag = Object.keys(flags).find((one) => component.metricsPath(without(one)) !== path) ?? 'flags';
  const message = `\`${flag}\` makes no URL path: metrics would be at ${JSON.stringify(path)}`;
  return [
    finding(placeIn(resource, 'flags', flag), message, 'letters, digits, `/` and `-` make one, such as `/prometheus`'),
  ];
}

function checkFlag(resource: Resource, component: Component, flag: string, value: Flags[string]): Finding[] {
  const key = keyPlaceIn(resource, 'flags', flag);
  if (flag.startsWith('-')) {
    return [
      finding(key, `the flag \`${flag}\` is written without its dashes`, `write \`${flag.replace(/^-+/, '')}:\``),
    ];
  }
  if (!/^[\w.-]+$/.test(flag)) return [finding(key, `\`${flag}\` is no name of a flag`)];
  const reserved = component.reservedFlags[flag] ?? component.reservedFlags[flag.replace(/^no-/, '')];
  if (reserved) return [finding(key, `the flag \`${flag}\` of ${component.name} can't be set`, reserved)];
  if (value !== 'true' && value !== 'false') return [];
  // `--web.enable-admin-api=false` is no way to say no: the program refuses to start with it.
  const said = value === 'true' ? `--${flag}` : `--no-${flag}`;
  return [
    finding(
      placeIn(resource, 'flags', flag),
      `a flag takes no value "${value}"`,
      `write ${value} without quotes: it becomes ${said}`,
    ),
  ];
}
