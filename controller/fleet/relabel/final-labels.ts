import { child, items, type Tree, textOf } from '../tree.ts';
import { type Labels, relabel } from './relabel.ts';
import { readRules } from './rules.ts';

/** What a job's targets end up with: `undefined` for one that is dropped, or that can't be followed here. */
export type FinalLabels = (address: string, own: Labels) => Labels | undefined;

/** Of one scrape config. Undefined when its rules can't be followed. */
export function finalLabels(job: Tree): FinalLabels | undefined {
  const rules = readRules(child(job, 'relabel_configs'));
  if (!rules || rules.some(({ sources }) => sources.some((name) => name.startsWith('__scrape_')))) return undefined;
  const defaults = defaultsOf(job);
  return (address, own) => {
    // Prometheus 3 takes the label, and those before it the job's parameter.
    if ([...own.keys()].some((name) => name.startsWith('__param_') && defaults.has(name))) return undefined;
    const written = new Map([...own, ['__address__', own.get('__address__') ?? address] as const]);
    const before = new Map([...defaults, ...written].filter(([, value]) => value !== ''));
    for (const [name, value] of defaults) if (!before.has(name)) before.set(name, value);
    const after = relabel(before, rules);
    const at = typeof after === 'object' ? after.get('__address__') : undefined;
    // Prometheus 2 adds a port where there is none, and 3 does not.
    if (typeof after !== 'object' || at === undefined || !/:\d+$/.test(at)) return undefined;
    const whole = new Map([...after].filter(([name]) => !name.startsWith('__meta_')));
    return whole.has('instance') ? whole : whole.set('instance', at);
  };
}

function defaultsOf(job: Tree): Map<string, string> {
  const said = (key: string, otherwise: string): string => textOf(child(job, key)) ?? otherwise;
  const params = child(job, 'params');
  const asked = (params?.kind === 'map' ? params.entries : []).map(
    ({ key, value }) => [`__param_${key}`, textOf(items(value)[0]) ?? ''] as const,
  );
  const all: (readonly [string, string])[] = [
    ['job', said('job_name', '')],
    ['__metrics_path__', said('metrics_path', '/metrics')],
    ['__scheme__', said('scheme', 'http')],
    ...asked,
  ];
  return new Map(all.filter(([, value]) => value !== ''));
}

export const sorted = (labels: Labels): [string, string][] => [...labels].sort(([a], [b]) => (a < b ? -1 : 1));

/** Those that its series have. */
export const visible = (labels: Labels): [string, string][] =>
  sorted(labels).filter(([name]) => !name.startsWith('__'));
