import type { Security } from './kinds/security.ts';
import type { UnitKeys } from './kinds/unit.ts';
import type { PlacedUnit } from './place-units.ts';
import { type Fleet, ofKind } from './resource.ts';
import type { UnitPart } from './unit-parts.ts';

/** One of the two that a unit has while it changes how it is reached: itself, and a second of it on a port of its own. */
export type Instance = 'main' | 'twin';

/** How a unit is reached now. */
export interface Serving {
  readonly main: Security;
  readonly twin: { readonly port: number; readonly security: Security } | undefined;
  /** Which of them scrapers ask. */
  readonly scraped: readonly Instance[];
}

export const settled = (main: Security): Serving => ({ main, twin: undefined, scraped: ['main'] });

export const servingOf = (unit: PlacedUnit): Serving => unit.serving ?? settled('none');

export const isTls = (security: Security): boolean => security !== 'none';

/** What the fleet wants of a unit. What runs beside another, and has no document of its own to say so in, is reached as that one is. */
export const wantedSecurity = (fleet: Fleet, { settings, beside }: UnitPart): Security =>
  settings.endpoint_security ??
  (beside?.settings as UnitKeys | undefined)?.endpoint_security ??
  ofKind(fleet, 'Fleet')[0]?.settings.endpoint_security ??
  'none';

/** Whether anything of it speaks TLS, now or in a moment: whoever scrapes it is made ready first. */
export const speaksTls = (unit: PlacedUnit): boolean => {
  const { main, twin } = servingOf(unit);
  return isTls(main) || isTls(twin?.security ?? 'none');
};

export const schemeOf = (unit: PlacedUnit, instance: Instance): 'http' | 'https' => {
  const { main, twin } = servingOf(unit);
  return isTls(instance === 'main' ? main : (twin?.security ?? 'none')) ? 'https' : 'http';
};

/** The unit as scrapers see that one of its instances. */
export const asInstance = (unit: PlacedUnit, instance: Instance): PlacedUnit =>
  instance === 'main' ? unit : { ...unit, port: servingOf(unit).twin?.port ?? unit.port };
