import type { Finding } from '../../proto/fault.ts';
import { OBJECT_STORE } from '../catalogue/thanos.ts';
import { matchPaths } from './glob.ts';
import type { Thanos } from './kinds/thanos.ts';
import type { Place } from './place.ts';
import type { PlacedUnit } from './place-units.ts';
import { addressFrom, atPort, hostFrom } from './reach.ts';
import { type Fleet, ofKind, pathsOf } from './resource.ts';
import { placeOf } from './unit-parts.ts';

const RULE_REPLICA = 'rule_replica';
const RECEIVE_REPLICA = 'receive_replica';
/** Whose series a query asks for. */
const STORES = ['thanos-sidecar', 'thanos-store', 'thanos-rule', 'thanos-receive'];

/** What one part of a Thanos is told of the others. */
export function linkThanos(
  fleet: Fleet,
  unit: PlacedUnit,
  units: readonly PlacedUnit[],
): { unit: PlacedUnit; notes: Finding[] } {
  const links = new ThanosLinks(fleet, unit, units);
  return { unit: { ...unit, links: links.all() }, notes: links.notes };
}

class ThanosLinks {
  readonly notes: Finding[] = [];
  readonly #fleet: Fleet;
  readonly #unit: PlacedUnit;
  readonly #units: readonly PlacedUnit[];
  readonly #settings: Thanos;
  readonly #place: Place;

  constructor(fleet: Fleet, unit: PlacedUnit, units: readonly PlacedUnit[]) {
    this.#fleet = fleet;
    this.#unit = unit;
    this.#units = units;
    this.#settings = unit.resource.settings as unknown as Thanos;
    this.#place = placeOf(unit);
  }

  all(): Record<string, readonly string[]> {
    const stored = this.#settings.object_store === undefined ? {} : { object_store: [OBJECT_STORE] };
    switch (this.#unit.component.name) {
      case 'thanos-sidecar':
        return { prometheus: this.#prometheus() };
      case 'thanos-query':
        return { endpoints: this.#grpcOf(STORES), replica_labels: this.#replicaLabels() };
      case 'thanos-query-frontend':
        return { query: this.#queries().slice(0, 1) };
      case 'thanos-compact':
        return { ...stored, retention: retentionWords(this.#settings) };
      case 'thanos-rule':
        return {
          ...stored,
          rules: this.#rules(),
          query: this.#queries(),
          labels: this.#labels(RULE_REPLICA),
          dropped: [RULE_REPLICA],
        };
      case 'thanos-receive': {
        const factor = this.#settings.receive?.replication_factor;
        const own = [atPort(this.#unit.host.address, this.#unit.ports['grpc_port'] ?? 0)];
        return {
          ...stored,
          own,
          ring: this.#grpcOf(['thanos-receive']),
          labels: this.#labels(RECEIVE_REPLICA),
          factor: factor === undefined ? [] : [String(factor)],
        };
      }
      default:
        return stored;
    }
  }

  #of(components: readonly string[]): PlacedUnit[] {
    const { resource } = this.#unit;
    return this.#units.filter((one) => one.resource === resource && components.includes(one.component.name));
  }

  #grpcOf(components: readonly string[]): string[] {
    return this.#of(components)
      .flatMap((one) => this.#reached(hostFrom(this.#unit, one, 'ask', this.#place, one.ports['grpc_port'])))
      .sort();
  }

  /** The one on its own host first, or else the one with its own number. */
  #queries(): string[] {
    const all = this.#of(['thanos-query']);
    const own = all.findIndex(({ host }) => host.name === this.#unit.host.name);
    const first = own >= 0 ? own : (this.#unit.ordinal ?? 0) % Math.max(1, all.length);
    return [...all.slice(first), ...all.slice(0, first)].flatMap((one) =>
      this.#reached(addressFrom(this.#unit, one, 'query', this.#place)).map((address) => `http://${address}`),
    );
  }

  #reached(found: { readonly address: string } | { readonly note: Finding }): string[] {
    if ('address' in found) return [found.address];
    this.notes.push(found.note);
    return [];
  }

  /** The sidecar is on the same host, and asks there. */
  #prometheus(): string[] {
    const { beside, host } = this.#unit;
    const one = this.#units.find((other) => other.resource === beside && other.host.name === host.name);
    if (!one) return [];
    const prefix = one.component.metricsPath(one.settings.flags ?? {}).replace(/\/metrics$/, '');
    return [`http://127.0.0.1:${one.port}${prefix}`];
  }

  #replicaLabels(): string[] {
    const prometheis = ofKind(this.#fleet, 'Prometheus').filter(
      ({ settings }) => settings.thanos?.sidecar === this.#unit.resource.name,
    );
    const own = prometheis.map(({ settings }) => settings.replica_label ?? 'replica');
    const parts = [
      ...(this.#settings.rule ? [RULE_REPLICA] : []),
      ...(this.#settings.receive ? [RECEIVE_REPLICA] : []),
    ];
    return [...new Set([...own, ...parts])].sort();
  }

  #labels(replica: string): string[] {
    const external = ofKind(this.#fleet, 'Fleet')[0]?.settings.external_labels ?? {};
    const all = { ...external, [replica]: String(this.#unit.ordinal ?? 0) };
    return Object.entries(all).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  }

  #rules(): string[] {
    const { folder } = this.#unit.resource;
    const found = (this.#settings.rule?.rules ?? []).flatMap((pattern) =>
      matchPaths(pattern, pathsOf(this.#fleet, folder)),
    );
    return [...new Set(found)].map((path) => `{etc}/${path.startsWith('rules/') ? path : `rules/${path}`}`);
  }
}

function retentionWords({ compact }: Thanos): string[] {
  const { raw, '5m': fiveMinutes, '1h': hour } = compact?.retention ?? {};
  const word = (resolution: string, time: string | undefined): string[] =>
    time === undefined ? [] : [`--retention.resolution-${resolution}=${time}`];
  return [...word('raw', raw), ...word('5m', fiveMinutes), ...word('1h', hour)];
}
