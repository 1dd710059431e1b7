import assert from 'node:assert/strict';
import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { build } from 'esbuild';
import { test } from 'vitest';
import { commitTo } from '../../../controller/events/commit.ts';
import type { Live } from '../../../controller/events/event.ts';
import { EventStream } from '../../../controller/events/stream.ts';
import { openDatabase, SCHEMA } from '../../../controller/store/database.ts';
import { openStores } from '../../../controller/store/stores.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const TABLES = [
  'audit',
  'blob',
  'event',
  'host',
  'host_boot',
  'host_spec',
  'join_token',
  'meta',
  'operator',
  'override',
  'placement',
  'release',
  'report',
  'revision',
  'revision_file',
  'secret',
];
const tables = (db: Database.Database) =>
  db
    .prepare<[], string>(
      "select name from sqlite_schema where type = 'table' and name not like 'sqlite_%' order by name",
    )
    .pluck()
    .all();

test('an empty file becomes the whole schema, and is the same when opened again', () => {
  using directory = temporaryDirectory();
  const path = join(directory.path, 'promfleet.db');
  const first = openDatabase(path);
  assert.deepEqual(tables(first), TABLES);
  openStores(first).meta.set('a', 'kept');
  first.close();

  const again = openDatabase(path);
  assert.deepEqual(tables(again), TABLES);
  assert.equal(openStores(again).meta.get('a'), 'kept');
  assert.equal(again.pragma('integrity_check', { simple: true }), 'ok');
  again.close();
});

test('what is committed is on disk, and references hold', () => {
  using directory = temporaryDirectory();
  const db = openDatabase(join(directory.path, 'promfleet.db'));
  assert.equal(db.pragma('journal_mode', { simple: true }), 'wal');
  assert.equal(db.pragma('synchronous', { simple: true }), 2);
  assert.equal(db.pragma('foreign_keys', { simple: true }), 1);
  assert.throws(
    () =>
      db
        .prepare(
          "insert into revision_file (epoch, number, folder, path, digest) values (1, 1, 'f', 'p', 'no such blob')",
        )
        .run(),
    /FOREIGN KEY constraint failed/,
  );
  db.close();
});

test('a newer database is refused and left alone', () => {
  using directory = temporaryDirectory();
  const path = join(directory.path, 'promfleet.db');
  openDatabase(path).close();
  const raw = new Database(path);
  raw.pragma('user_version = 99');
  raw.close();
  assert.throws(() => openDatabase(path), {
    name: 'Fault',
    code: 'invalid',
    message: new RegExp(`cannot open .*promfleet\\.db: its schema is 99, this promfleet knows ${SCHEMA}`),
    hint: /newer promfleet/,
  });
  const after = new Database(path);
  assert.equal(after.pragma('user_version', { simple: true }), 99);
  after.close();
});

test('what is no database is named as such', () => {
  using directory = temporaryDirectory();
  const path = join(directory.path, 'promfleet.db');
  writeFileSync(path, 'not a database, but long enough to be looked at as if it were one'.repeat(20));
  assert.throws(() => openDatabase(path), { code: 'unavailable', message: /cannot open .*not a database/ });
  assert.throws(() => openDatabase(join(directory.path, 'absent', 'x.db')), { code: 'unavailable' });
});

test('the migrations travel inside a bundle', async () => {
  const bundle = await build({
    entryPoints: ['controller/store/database.ts'],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    external: ['better-sqlite3'],
  });
  assert.match(bundle.outputFiles[0]?.text ?? '', /create table host_spec/);
});

test('nobody but its owner reads the state, whatever the folder allows', () => {
  using directory = temporaryDirectory();
  const db = openDatabase(join(directory.path, 'promfleet.db'));
  openStores(db).meta.set('a', 'b');
  const modes = readdirSync(directory.path).map((name) => statSync(join(directory.path, name)).mode & 0o777);
  assert.deepEqual([...new Set(modes)], [0o600]);
  db.close();
});

test('events are kept by the hundred thousand, and no more', () => {
  const db = openDatabase(':memory:');
  const commit = commitTo(db, new EventStream());
  const event = { at: 0, kind: 'UnitChanged', host: 'a', unit: 'b', message: '' } as const;
  commit((record) => {
    for (let count = 0; count < 101_000; count++) record(event);
  });
  assert.deepEqual(db.prepare('select min(id), count(*) from event').raw().get(), [1_001, 100_000]);
  db.close();
});

test('what was only seen is there at once and published as ever; the commits after it wait for the disk again', () => {
  using directory = temporaryDirectory();
  const db = openDatabase(join(directory.path, 'promfleet.db'));
  const published: string[] = [];
  const stream = new EventStream<Live>();
  const listener = stream.listen(
    () => published.push('woken'),
    () => {},
  );
  const commit = commitTo(db, stream);
  const stores = openStores(db);
  const synchronous = () => db.pragma('synchronous', { simple: true });
  commit(
    (record) => {
      assert.equal(synchronous(), 1);
      record({ at: 1, kind: 'HostConnected', host: 'a', unit: '', message: 'connected' });
    },
    { durable: false },
  );
  assert.deepEqual([synchronous(), stores.events.list({ limit: 1 })[0]?.host, listener.pending.length], [2, 'a', 1]);
  assert.throws(() => commit(() => assert.fail('no'), { durable: false }), /no/);
  assert.equal(synchronous(), 2);
  db.close();
});

test('a disk that is full is named, and nothing of the transaction is there', () => {
  using directory = temporaryDirectory();
  const path = join(directory.path, 'promfleet.db');
  const db = openDatabase(path);
  const commit = commitTo(db, new EventStream<Live>());
  const events = () => db.prepare('select count(*) from event').pluck().get();
  const record = (message: string) =>
    commit((record) => {
      for (let count = 0; count < 100; count++) record({ at: 1, kind: 'FleetChanged', host: '', unit: '', message });
    });
  record('few');
  db.pragma(`max_page_count = ${Number(db.pragma('page_count', { simple: true }))}`);
  assert.throws(() => record('x'.repeat(10_000)), {
    name: 'Fault',
    code: 'unavailable',
    message: `cannot record anything: its disk is full (${path})`,
  });
  assert.equal(events(), 100);
  db.pragma('max_page_count = 100000');
  record('x'.repeat(10_000));
  assert.equal(events(), 200);
  db.close();
});
