import type { Finding } from '../../../proto/fault.ts';
import { finding, type Place, showPlace } from '../place.ts';
import type { PlacedUnit } from '../place-units.ts';
import { selectorsOf } from '../promql/nodes.ts';
import { type Rule, type RuleFiles, ruleFilesOf } from '../promql/rules.ts';
import type { Rendered } from '../render.ts';
import { type Fleet, keyPlaceIn, ofKind, placeIn, type Resource, titleOf } from '../resource.ts';
import { child, items, textOf, toValue } from '../tree.ts';

/** What of the whole is not watched, can't be told apart, or goes round in a circle. Each is a note: it may be meant. */
export function lintWatching(fleet: Fleet, rendered: ReadonlyMap<PlacedUnit, Rendered>): Finding[] {
  return [...unscraped(fleet), ...alikeOutside(rendered), ...circles(fleet), ...selfFed(rendered)];
}

/** An exporter that runs, and that no Prometheus of the fleet asks. */
function unscraped(fleet: Fleet): Finding[] {
  const prometheis = ofKind(fleet, 'Prometheus');
  const asked = new Set([
    ...prometheis.flatMap(({ tree }) =>
      items(child(tree, 'scrape_configs')).flatMap((entry) => textOf(child(entry, 'exporter')) ?? []),
    ),
    ...ofKind(fleet, 'Probe').flatMap(({ tree }) => textOf(child(tree, 'through')) ?? []),
  ]);
  if (prometheis.length === 0) return [];
  return ofKind(fleet, 'Exporter')
    .filter(({ name }) => !asked.has(name))
    .map((resource) =>
      finding(
        keyPlaceIn(resource, 'name'),
        `${titleOf(resource)} runs, and no Prometheus of the fleet scrapes it`,
        `write \`- exporter: ${resource.name}\` under \`scrape_configs:\` of one; if others scrape it, this may stay`,
      ),
    );
}

/** Two whose series, alerts and blocks look the same to whoever gets them from both. */
function alikeOutside(rendered: ReadonlyMap<PlacedUnit, Rendered>): Finding[] {
  const first = new Map<string, PlacedUnit>();
  return [...rendered].flatMap(([unit, { config }]): Finding[] => {
    if (unit.resource.kind !== 'Prometheus' || !sends(unit, config)) return [];
    const labels = child(child(config, 'global'), 'external_labels');
    const own = labels ? Object.entries(toValue(labels) as Record<string, string>).sort(byName) : [];
    const key = JSON.stringify(own);
    const other = first.get(key);
    if (!other) first.set(key, unit);
    if (!other || other.resource === unit.resource) return [];
    const shown = own.map(([name, value]) => `${name}="${value}"`).join(', ') || 'none at all';
    return [
      finding(
        keyPlaceIn(unit.resource, 'name'),
        `${unit.title} and ${other.title} (${showPlace(keyPlaceIn(other.resource, 'name'))}) have the same external labels (${shown}): what they send can't be told apart`,
        'give one of them an `external_labels:` of its own',
      ),
    ];
  });
}

const byName = ([a]: [string, string], [b]: [string, string]): number => (a < b ? -1 : 1);

const sends = ({ resource }: PlacedUnit, config: Rendered['config']): boolean =>
  ['remote_write', 'alerting'].some((key) => child(config, key) !== undefined) ||
  (resource as Resource<'Prometheus'>).settings.thanos !== undefined;

/** Prometheis that federate from each other take in again what they gave. */
function circles(fleet: Fleet): Finding[] {
  const prometheis = ofKind(fleet, 'Prometheus');
  const sources = new Map(
    prometheis.map(({ name, settings }) => [
      name,
      (settings.scrape_configs ?? []).flatMap((entry) => entry.federate?.from ?? []),
    ]),
  );
  return prometheis.flatMap((resource) => {
    const circle = pathBack(resource.name, sources);
    // Told once, at the first of those in it.
    if (!circle || [...circle].sort()[0] !== resource.name || circle.length < 2) return [];
    const at = (resource.settings.scrape_configs ?? []).findIndex((entry) => entry.federate);
    const place = placeIn(resource, 'scrape_configs', at, 'federate', 'from');
    const shown = [...circle, resource.name].join(' ← ');
    return [finding(place, `federation goes round in a circle: ${shown}`, 'let one side have what both need')];
  });
}

/** The names from one back to itself. */
function pathBack(start: string, next: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const seen = new Set<string>();
  const walk = (name: string, path: readonly string[]): string[] | undefined => {
    for (const to of next.get(name) ?? []) {
      if (to === start) return [...path];
      if (seen.has(to)) continue;
      seen.add(to);
      const found = walk(to, [...path, to]);
      if (found) return found;
    }
    return undefined;
  };
  return walk(start, [start]);
}

/** Recording rules that are made of each other: each evaluation is of what the last one left. */
function selfFed(rendered: ReadonlyMap<PlacedUnit, Rendered>): Finding[] {
  const read: RuleFiles = new Map();
  const told = new Map<string, Finding>();
  for (const [unit, own] of rendered) {
    if (unit.resource.kind !== 'Prometheus') continue;
    const rules = ruleFilesOf(own, read).flatMap(({ rules: all }) => all.filter(({ kind }) => kind === 'record'));
    for (const one of circlesOf(rules)) told.set(`${one.file}:${one.line}`, one);
  }
  return [...told.values()];
}

function circlesOf(rules: readonly Rule[]): Finding[] {
  const names = new Set(rules.map(({ name }) => name));
  const uses = new Map(
    [...names].map((name) => [
      name,
      rules
        .filter((rule) => rule.name === name)
        .flatMap(({ promql }) =>
          selectorsOf(promql).flatMap(({ metric }) => (metric && names.has(metric) ? [metric] : [])),
        ),
    ]),
  );
  return rules.flatMap(({ name, place }: { name: string; place: Place }) => {
    const circle = pathBack(name, uses);
    if (!circle || [...circle].sort()[0] !== name) return [];
    const shown = [...circle, name].join(' ← ');
    return [
      finding(
        place,
        `recording rules feed on each other: ${shown}`,
        'each evaluation is of what the last one left: is that meant?',
      ),
    ];
  });
}
