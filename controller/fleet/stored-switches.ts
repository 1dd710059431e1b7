import type { MetaStore } from '../store/meta.ts';
import type { Switch } from './switches.ts';

const KEY = 'endpoint_switches';

export const readSwitches = (meta: Pick<MetaStore, 'get'>): Switch[] => JSON.parse(meta.get(KEY) ?? '[]') as Switch[];

/** In the transaction that records the revision which they are part of. */
export const writeSwitches = (meta: Pick<MetaStore, 'set'>, switches: readonly Switch[]): void =>
  meta.set(KEY, JSON.stringify(switches));
