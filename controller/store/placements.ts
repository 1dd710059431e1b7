import type Database from 'better-sqlite3';

/** Which host holds which replica of a resource. Recorded once, kept while the host is there. */
export interface Placement {
  readonly kind: string;
  readonly name: string;
  readonly host: string;
  readonly ordinal: number;
}

export type PlacementStore = ReturnType<typeof placementStore>;

export function placementStore(db: Database.Database) {
  const all = db.prepare<[], Placement>(
    'select kind, name, host, ordinal from placement order by kind, name, ordinal, host',
  );
  const clear = db.prepare('delete from placement');
  const insert = db.prepare<[Placement]>('insert into placement values (@kind, @name, @host, @ordinal)');
  const replace = db.transaction((placements: readonly Placement[]) => {
    clear.run();
    for (const placement of placements) insert.run(placement);
  });
  return {
    all: (): Placement[] => all.all(),
    replace: (placements: readonly Placement[]): void => replace(placements),
  };
}
