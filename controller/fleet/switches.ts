import type { HostSpec, UnitSpec } from '../../proto/spec.ts';
import type { Security } from './kinds/security.ts';
import type { PlacedUnit } from './place-units.ts';
import { CLIENT_CAS, WEB_FILE } from './render-tls.ts';
import { isTls, type Serving, settled } from './serving.ts';

/**
 * A unit on its way from one way of being reached to another. A program decides as it starts whether it speaks TLS, so nothing can be
 * changed under its scrapers: a second of it comes up beside it, they go over to that, it is restarted, they come back. At each step what
 * they scrape answers, and before each drops one it scrapes the other.
 */
export interface Switch {
  readonly host: string;
  readonly unit: string;
  readonly from: Security;
  readonly to: Security;
  /** 1 to 6; before it is what was, after it what is wanted. It may turn round. */
  readonly step: number;
  /** Of the twin. */
  readonly port: number;
}

export const LAST_STEP = 6;

/** What each step is, for people, in the order from `from` to `to`. */
export const STEPS: readonly string[] = [
  'a second of it starts on port PORT',
  'both are scraped',
  'the second alone is scraped',
  'it restarts, unscraped',
  'both are scraped',
  'it alone is scraped',
];

export function servingAt({ from, to, step, port }: Switch): Serving {
  const twin = { port, security: to };
  switch (step) {
    case 1:
      return { main: from, twin, scraped: ['main'] };
    case 2:
      return { main: from, twin, scraped: ['main', 'twin'] };
    case 3:
      return { main: from, twin, scraped: ['twin'] };
    case 4:
      return { main: to, twin, scraped: ['twin'] };
    case 5:
      return { main: to, twin, scraped: ['twin', 'main'] };
    default:
      return { main: to, twin, scraped: ['main'] };
  }
}

/** Whether scrapers have to take the step in, and not only the host of the unit. */
export const isForScrapers = (step: number): boolean => step === 2 || step === 3 || step === 5 || step === 6;

export interface SwitchContext {
  /** What hosts have been told to run. */
  readonly specs: ReadonlyMap<string, Pick<HostSpec, 'units'>>;
  readonly switches: readonly Switch[];
  /** Those, by `unit@host`, whose present step is done. */
  readonly advancing: ReadonlySet<string>;
  wanted(unit: PlacedUnit): Security;
  isScraped(unit: PlacedUnit): boolean;
}

export interface Switching {
  readonly units: readonly PlacedUnit[];
  readonly switches: readonly Switch[];
}

export const twinName = (unit: string): string => `${unit}-switch`;

export const keyOf = ({ host, unit }: Pick<Switch, 'host' | 'unit'>): string => `${unit}@${host}`;

/** How every unit is reached now, on its way to what is wanted. */
export function switchEndpoints(units: readonly PlacedUnit[], context: SwitchContext): Switching {
  const known = new Map(context.switches.map((one) => [keyOf(one), one]));
  const taken = new Set(
    units.flatMap(({ host, port, ports }) => [port, ...Object.values(ports)].map((one) => portKey(host.name, one))),
  );
  const switches: Switch[] = [];
  const placed = units.map((unit) => {
    const wanted = context.wanted(unit);
    const present = known.get(keyOf({ host: unit.host.name, unit: unit.unit }));
    const next = present ? goOn(present, wanted, context) : begin(unit, wanted, context, taken);
    if (!next) return { ...unit, serving: settled(wanted) };
    switches.push(next);
    taken.add(portKey(next.host, next.port));
    return { ...unit, serving: servingAt(next) };
  });
  return { units: placed, switches };
}

function goOn(present: Switch, wanted: Security, { advancing }: SwitchContext): Switch | undefined {
  const isForward = isTls(wanted) === isTls(present.to);
  const aimed = isForward ? { ...present, to: wanted } : { ...present, from: wanted };
  if (!advancing.has(keyOf(present))) return aimed;
  const step = present.step + (isForward ? 1 : -1);
  return step < 1 || step > LAST_STEP ? undefined : { ...aimed, step };
}

/** Undefined: it can change at once, for nobody would miss a scrape, or has to, for there can't be two of it. */
function begin(
  unit: PlacedUnit,
  wanted: Security,
  context: SwitchContext,
  taken: ReadonlySet<string>,
): Switch | undefined {
  const present = context.specs.get(unit.host.name)?.units.find(({ name }) => name === unit.unit);
  if (!present || present.stopped) return undefined;
  const from = securityOf(present);
  if (isTls(from) === isTls(wanted) || !unit.component.runsTwice || !context.isScraped(unit)) return undefined;
  const port = freePort(unit, taken);
  return port === undefined ? undefined : { host: unit.host.name, unit: unit.unit, from, to: wanted, step: 1, port };
}

/** As a spec has it. */
export function securityOf({ tls, files }: UnitSpec): Security {
  if (!tls || tls.names.length === 0) return 'none';
  const web = files.find(({ path }) => path === WEB_FILE);
  return web && Buffer.from(web.content).includes(CLIENT_CAS) ? 'mutual_tls' : 'tls';
}

const portKey = (host: string, port: number): string => `${host} ${port}`;

/** Of its own number 10,000 further, or 20,000 … */
function freePort({ host, port }: PlacedUnit, taken: ReadonlySet<string>): number | undefined {
  const candidates = [1, 2, 3, 4, 5].map((times) => port + times * 10_000).filter((one) => one <= 65_535);
  return candidates.find((one) => !taken.has(portKey(host.name, one)));
}
