import type Database from 'better-sqlite3';
import { auditStore } from './audit.ts';
import { bootStore } from './boots.ts';
import { eventStore } from './events.ts';
import { hostStore } from './hosts.ts';
import { joinTokenStore } from './join-tokens.ts';
import { metaStore } from './meta.ts';
import { operatorStore } from './operators.ts';
import { overrideStore } from './overrides.ts';
import { placementStore } from './placements.ts';
import { releaseStore } from './releases.ts';
import { reportStore } from './reports.ts';
import { revisionStore } from './revisions.ts';
import { secretStore } from './secrets.ts';
import { specStore } from './specs.ts';

/** All that is kept, over one database: what several of them do inside one `commit` is one transaction. */
export type Stores = ReturnType<typeof openStores>;

export const openStores = (db: Database.Database) => ({
  hosts: hostStore(db),
  boots: bootStore(db),
  revisions: revisionStore(db),
  placements: placementStore(db),
  overrides: overrideStore(db),
  specs: specStore(db),
  reports: reportStore(db),
  releases: releaseStore(db),
  events: eventStore(db),
  operators: operatorStore(db),
  audit: auditStore(db),
  meta: metaStore(db),
  joinTokens: joinTokenStore(db),
  secrets: secretStore(db),
});
