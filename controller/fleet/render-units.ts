import type { PlacedUnit } from './place-units.ts';
import { type Rendered, renderPrometheus } from './render.ts';
import { renderNative } from './render-native.ts';
import type { Fleet } from './resource.ts';

/** The files of every unit that has any. */
export function renderUnits(fleet: Fleet, units: readonly PlacedUnit[]): Map<PlacedUnit, Rendered> {
  const rendered = new Map<PlacedUnit, Rendered>();
  for (const unit of units) {
    const own = isPrometheus(unit) ? renderPrometheus(fleet, unit, units) : renderNative(fleet, unit as NativeUnit);
    if (own) rendered.set(unit, own);
  }
  return rendered;
}

type NativeUnit = PlacedUnit<'Alertmanager' | 'Exporter'>;

const isPrometheus = (unit: PlacedUnit): unit is PlacedUnit<'Prometheus'> => unit.resource.kind === 'Prometheus';
