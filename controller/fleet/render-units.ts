import type { PlacedUnit } from './place-units.ts';
import { type Rendered, renderPrometheus } from './render.ts';
import { renderNative } from './render-native.ts';
import { renderThanos } from './render-thanos.ts';
import type { Fleet } from './resource.ts';

/** The files of every unit that has any. */
export function renderUnits(fleet: Fleet, units: readonly PlacedUnit[]): Map<PlacedUnit, Rendered> {
  const rendered = new Map<PlacedUnit, Rendered>();
  const native = new Map<string, Rendered | undefined>();
  for (const unit of units) {
    if (isPrometheus(unit)) {
      rendered.set(unit, renderPrometheus(fleet, unit, units));
      continue;
    }
    if (unit.resource.kind === 'Thanos') {
      rendered.set(unit, renderThanos(fleet, unit));
      continue;
    }
    // Of what a host is nothing goes into it: written once, for however many hosts.
    if (!native.has(unit.title)) native.set(unit.title, renderNative(fleet, unit as NativeUnit));
    const own = native.get(unit.title);
    if (own) rendered.set(unit, own);
  }
  return rendered;
}

type NativeUnit = PlacedUnit<'Alertmanager' | 'Exporter'>;

const isPrometheus = (unit: PlacedUnit): unit is PlacedUnit<'Prometheus'> => unit.resource.kind === 'Prometheus';
