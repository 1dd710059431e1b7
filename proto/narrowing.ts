import type { Narrowing__Output, Narrowing as WireNarrowing } from './gen/promfleet/v1/Narrowing.ts';
import type { UnitSpec } from './spec.ts';

/**
 * What the administrator of a host allows in its agent.yaml. Undefined: all that an agent allows anyway. The agent holds to it; the
 * controller reads it to tell beforehand what a host will refuse.
 */
export interface Narrowing {
  readonly units?: readonly string[] | undefined;
  readonly runAsUsers?: readonly string[] | undefined;
  /** A unit's data directory is one of them, or lies below one. */
  readonly writableDirectories?: readonly string[] | undefined;
  /** Parent of the units' data directories on that host. */
  readonly dataDirectory: string;
  /** `9100`, `9100-9199`. */
  readonly ports?: readonly string[] | undefined;
  readonly capabilities?: readonly string[] | undefined;
  /** sha256, lower-case hex. */
  readonly releaseDigests?: readonly string[] | undefined;
  /** What the limit of one unit may be at most; 0: any, or none. */
  readonly unitMemoryBytes: number;
  readonly scripts: boolean;
  readonly logs: boolean;
  readonly queries: boolean;
  /** Names in /usr/local/bin that lead to programs of releases. */
  readonly commands: boolean;
}

const MOST_TOLD = 100;

/** Why a host that is narrowed so runs no such unit. */
export function* refuseNarrowed(unit: UnitSpec, allow: Narrowing): Generator<string> {
  if (!isListed(allow.units, unit.name)) yield `the unit name ${show(unit.name)} is not ${among(allow.units)}`;
  if (!isListed(allow.runAsUsers, unit.user)) yield `the user ${show(unit.user)} is not ${among(allow.runAsUsers)}`;
  const data = `${allow.dataDirectory}/${unit.name}`;
  const directories = allow.writableDirectories;
  if (directories && !directories.some((one) => data === one || data.startsWith(one === '/' ? one : `${one}/`)))
    yield `its data directory ${show(data)} is not ${among(directories)}`;
  for (const port of portsOf(unit)) {
    if (allow.ports && !allow.ports.some((range) => isInRange(port, range)))
      yield `the port ${port} is not ${among(allow.ports)}`;
  }
  for (const capability of unit.sandbox?.capabilities ?? []) {
    if (!isListed(allow.capabilities, capability))
      yield `the capability ${capability} is not ${among(allow.capabilities)}`;
  }
  if (!isListed(allow.releaseDigests, unit.release.sha256))
    yield `its release sha256:${unit.release.sha256} is not among the digests that agent.yaml allows`;
  const memory = unit.limits.memoryBytes;
  if (allow.unitMemoryBytes > 0 && (memory === 0 || memory > allow.unitMemoryBytes))
    yield `its memory limit is ${memory === 0 ? 'none' : `${memory} bytes`}, and agent.yaml allows ${allow.unitMemoryBytes}`;
}

/** Those that it names for whatever use. */
export const portsOf = ({
  ports,
  ready,
  reload,
  losses,
}: Pick<UnitSpec, 'ports' | 'ready' | 'reload' | 'losses'>): number[] => [
  ...new Set([
    ...ports.map((port) => port.number),
    ...ready.map((probe) => probe.port),
    ...(reload ? [reload.port] : []),
    ...(losses ? [losses.port] : []),
  ]),
];

const isListed = (list: readonly string[] | undefined, word: string): boolean => !list || list.includes(word);
const among = (list: readonly string[] | undefined): string =>
  list?.length ? `among those that agent.yaml allows (${list.join(', ')})` : 'allowed: agent.yaml allows none';
const show = (word: string): string => JSON.stringify(word);

export function isInRange(port: number, range: string): boolean {
  const [first, last = first] = range.split('-').map(Number);
  return first !== undefined && last !== undefined && port >= first && port <= last;
}

/** For people: one line for each thing that is narrowed. */
export function describeNarrowing(allow: Narrowing): string[] {
  const list = (what: string, words: readonly string[] | undefined) =>
    words ? [`${what}: ${words.length > 0 ? words.join(', ') : 'none'}`] : [];
  const digests = allow.releaseDigests;
  return [
    ...list('units', allow.units),
    ...list('users', allow.runAsUsers),
    ...list('data below', allow.writableDirectories),
    ...list('ports', allow.ports),
    ...list('capabilities', allow.capabilities),
    ...(digests ? [`releases: ${digests.length} by digest`] : []),
    ...(allow.unitMemoryBytes > 0 ? [`memory: ${allow.unitMemoryBytes} bytes each`] : []),
    ...(allow.scripts ? [] : ['no scripts']),
    ...(allow.logs ? [] : ['no logs for the controller']),
    ...(allow.queries ? [] : ['no queries by the controller']),
    ...(allow.commands ? [] : ['no commands in /usr/local/bin']),
  ];
}

export function readNarrowing(wire: Narrowing__Output | null): Narrowing | undefined {
  if (!wire) return undefined;
  return {
    ...wire,
    units: wire.units?.values,
    runAsUsers: wire.runAsUsers?.values,
    writableDirectories: wire.writableDirectories?.values,
    ports: wire.ports?.values,
    capabilities: wire.capabilities?.values,
    releaseDigests: wire.releaseDigests?.values,
  };
}

export function writeNarrowing(allow: Narrowing): WireNarrowing {
  const list = (values: readonly string[] | undefined) => (values ? { values: [...values] } : null);
  const digests = allow.releaseDigests;
  return {
    ...allow,
    units: list(allow.units),
    runAsUsers: list(allow.runAsUsers),
    writableDirectories: list(allow.writableDirectories),
    ports: list(allow.ports),
    capabilities: list(allow.capabilities),
    releaseDigests: list(digests && digests.length <= MOST_TOLD ? digests : undefined),
  };
}
