import type { Finding } from '../../proto/fault.ts';
import type { HostSpec } from '../../proto/spec.ts';
import { finding } from './place.ts';
import type { PlacedUnit } from './place-units.ts';
import { type Fleet, ofKind, type Resource, treeIn } from './resource.ts';
import { ENTRY_KEYS, type EntryKey, entryKeysIn } from './scrape-entry.ts';
import { isTls, wantedSecurity } from './serving.ts';
import { keyOf, LAST_STEP, STEPS, type Switch, securityOf } from './switches.ts';
import { child, items, type MapTree, textOf } from './tree.ts';
import { placeOf, treeOf } from './unit-parts.ts';

/** Resources that some Prometheus of the fleet scrapes, or probes through. */
export function scrapedResources(fleet: Fleet): ReadonlySet<Resource> {
  const entries = ofKind(fleet, 'Prometheus').flatMap((scraper) => items(treeIn(scraper, 'scrape_configs')));
  return new Set(
    entries.flatMap((entry) => entryKeysIn(entry as MapTree).flatMap((key) => namedBy(fleet, entry as MapTree, key))),
  );
}

function namedBy(fleet: Fleet, entry: MapTree, key: EntryKey): Resource[] {
  const named = child(entry, key);
  const names =
    key === 'federate' ? items(child(named, 'from')).flatMap((one) => textOf(one) ?? []) : [textOf(named) ?? ''];
  const found = (ofKind(fleet, ENTRY_KEYS[key]) as readonly Resource[]).filter(({ name }) => names.includes(name));
  if (key !== 'probe') return found;
  const through = found.map((probe) => (probe as Resource<'Probe'>).settings.through);
  return ofKind(fleet, 'Exporter').filter(({ name }) => through.includes(name));
}

/** How units change the way in which they are reached, and what it costs. */
export function noteSecurity(
  fleet: Fleet,
  units: readonly PlacedUnit[],
  switches: readonly Switch[],
  specs: ReadonlyMap<string, Pick<HostSpec, 'units'>>,
): Finding[] {
  const under = new Map(switches.map((one) => [keyOf(one), one]));
  return [...Map.groupBy(units, ({ resource }) => resource).values()].flatMap((own): Finding[] => {
    const [first] = own;
    if (!first) return [];
    const place = placeOf(first, treeOf(first, 'endpoint_security') ? 'endpoint_security' : 'name');
    const moving = own.flatMap((unit) => under.get(keyOf({ host: unit.host.name, unit: unit.unit })) ?? []);
    const atOnce = own.filter((unit) => restartsAtOnce(fleet, unit, under, specs));
    return [
      ...(moving.length > 0 ? [finding(place, sayMoving(first, moving))] : []),
      ...(atOnce.length > 0 ? [finding(place, sayAtOnce(first, atOnce))] : []),
    ];
  });
}

function restartsAtOnce(
  fleet: Fleet,
  unit: PlacedUnit,
  under: ReadonlyMap<string, Switch>,
  specs: ReadonlyMap<string, Pick<HostSpec, 'units'>>,
): boolean {
  const present = specs.get(unit.host.name)?.units.find(({ name }) => name === unit.unit);
  if (!present || under.has(keyOf({ host: unit.host.name, unit: unit.unit }))) return false;
  return isTls(securityOf(present)) !== isTls(wantedSecurity(fleet, unit));
}

function sayMoving({ title }: PlacedUnit, moving: readonly Switch[]): string {
  const ports = [...new Set(moving.map(({ port }) => port))].join(', ');
  const steps = STEPS.map((step, index) => `${index + 1}. ${step.replace('PORT', ports)}`).join('; ');
  const hosts = moving.length === 1 ? `on ${moving[0]?.host}` : `on ${moving.length} hosts`;
  const at = Math.min(...moving.map(({ step }) => step));
  const where = at === 1 ? '' : `, now at ${at} of ${LAST_STEP}`;
  return `${title} ${hosts} goes from \`${moving[0]?.from}\` to \`${moving[0]?.to}\` in steps, each once the one before is confirmed, and no scrape is lost${where}: ${steps}; ${LAST_STEP + 1}. the second stops. Scrapers must be able to reach port ${ports}, too`;
}

function sayAtOnce({ title, component }: PlacedUnit, atOnce: readonly PlacedUnit[]): string {
  const hosts = atOnce.map(({ host }) => host.name).join(', ');
  const why = component.runsTwice ? 'nobody scrapes it' : 'there can be only one of it';
  const lost =
    component.kind === 'Prometheus'
      ? 'it scrapes nothing for about 6 s, and is itself not scraped for up to 10 s'
      : 'it is not scraped for up to 10 s';
  return `${title} on ${hosts} restarts to change how it is reached, as ${why}: ${component.runsTwice ? 'no scrape is lost' : lost}`;
}
