import type Database from 'better-sqlite3';
import { specDigest } from '../../proto/digest.ts';
import type { Revision } from '../../proto/revision.ts';
import type { HostSpec, UnitSpec } from '../../proto/spec.ts';

/** What a host may have now: its newest spec, whole. */
export interface StoredSpec {
  readonly spec: HostSpec;
  readonly digest: string;
}

interface Row {
  host: string;
  digest: string;
  spec: string;
}

export type SpecStore = ReturnType<typeof specStore>;

export function specStore(db: Database.Database) {
  const all = db.prepare<[], Row>('select host, digest, spec from host_spec order by host');
  const find = db.prepare<[string], Row>('select host, digest, spec from host_spec where host = ?');
  const revision = db.prepare<[string], Revision>('select epoch, number from host_spec where host = ?');
  const put = db.prepare<[string, number, number, string, string]>(
    'insert or replace into host_spec (host, epoch, number, digest, spec) values (?, ?, ?, ?, ?)',
  );
  const remove = db.prepare<[string]>('delete from host_spec where host = ?');
  return {
    /** By host name. */
    all: (): Map<string, StoredSpec> => new Map(all.all().map((row) => [row.host, read(row)])),
    find(host: string): StoredSpec | undefined {
      const row = find.get(host);
      return row && read(row);
    },
    /** Without reading the spec itself, which may be large. */
    revision: (host: string): Revision | undefined => revision.get(host),
    put(host: string, spec: HostSpec): void {
      put.run(host, spec.revision.epoch, spec.revision.number, specDigest(spec), write(spec));
    },
    remove: (host: string): void => void remove.run(host),
  };
}

type StoredUnit = Omit<UnitSpec, 'files'> & { files: { path: string; content: string; live: boolean }[] };

function read(row: Row): StoredSpec {
  const stored = JSON.parse(row.spec) as { revision: HostSpec['revision']; units: StoredUnit[] };
  const units = stored.units.map((unit) => ({
    ...unit,
    reload: unit.reload ?? undefined,
    sandbox: unit.sandbox ?? undefined,
    losses: unit.losses ?? undefined,
    files: unit.files.map((file) => ({ ...file, content: Buffer.from(file.content, 'base64') })),
  }));
  return { spec: { revision: stored.revision, units }, digest: row.digest };
}

const write = (spec: HostSpec): string =>
  JSON.stringify({
    revision: spec.revision,
    units: spec.units.map((unit) => ({
      ...unit,
      files: unit.files.map((file) => ({ ...file, content: Buffer.from(file.content).toString('base64') })),
    })),
  });
