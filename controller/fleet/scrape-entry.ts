import { child, type MapTree } from './tree.ts';

/** What an entry of `scrape_configs` can name, and the kind that it means; `federate` means several. */
export const ENTRY_KEYS = {
  exporter: 'Exporter',
  prometheus: 'Prometheus',
  alertmanager: 'Alertmanager',
  thanos: 'Thanos',
  probe: 'Probe',
  federate: 'Prometheus',
} as const;
export type EntryKey = keyof typeof ENTRY_KEYS;

export const entryKeysIn = (entry: MapTree): EntryKey[] =>
  (Object.keys(ENTRY_KEYS) as EntryKey[]).filter((key) => child(entry, key));
