import { randomBytes } from 'node:crypto';
import { type Authority, openAuthority } from '../../controller/enrolment/authority.ts';
import { createToken, type TokenRequest } from '../../controller/enrolment/create-token.ts';
import { Pkcs10CertificateRequestGenerator } from '../../controller/enrolment/x509.ts';
import { type Commit, commitTo } from '../../controller/events/commit.ts';
import type { Live } from '../../controller/events/event.ts';
import { EventStream } from '../../controller/events/stream.ts';
import { openDatabase } from '../../controller/store/database.ts';
import { openStores, type Stores } from '../../controller/store/stores.ts';
import { temporaryDirectory } from './temporary-directory.ts';

export const DAY_MS = 86_400_000;

/** A clock that a test moves by hand. It begins now, because TLS looks at the real one. */
export class Clock {
  ms = Date.now();
  now = (): number => this.ms;
}

export interface ControllerState {
  readonly stores: Stores;
  readonly stream: EventStream<Live>;
  readonly commit: Commit;
  readonly authority: Authority;
  readonly clock: Clock;
  readonly now: () => number;
  readonly pki: string;
  token(request?: Partial<TokenRequest>): { id: string; token: string };
  /** Kinds, oldest first. */
  events(): string[];
  [Symbol.dispose](): void;
}

/** Everything that a controller keeps, real, in memory and a temporary directory; `daysAgo` it began. */
export async function openControllerState(daysAgo = 0): Promise<ControllerState> {
  const directory = temporaryDirectory();
  const db = openDatabase(':memory:');
  const stores = openStores(db);
  const stream = new EventStream<Live>();
  const commit = commitTo(db, stream);
  const clock = new Clock();
  clock.ms -= daysAgo * DAY_MS;
  const authority = await openTestAuthority(directory.path, clock);
  return {
    stores,
    stream,
    commit,
    authority,
    clock,
    now: clock.now,
    pki: directory.path,
    token: (request = {}) =>
      createToken(
        { stores, commit, now: clock.now },
        { labels: {}, uses: 1, lastsMs: 3_600_000, ...request },
        'test',
        randomBytes,
      ),
    events: () => stores.events.list({ after: 0, limit: 1_000 }).map((event) => event.kind),
    [Symbol.dispose]: () => {
      db.close();
      directory[Symbol.dispose]();
    },
  };
}

export const openTestAuthority = (directory: string, clock: Clock, mustExist = false): Promise<Authority> =>
  openAuthority({ directory, names: ['controller.example', '10.1.2.3'], now: clock.now, randomBytes, mustExist });

export interface TestKey {
  readonly keys: CryptoKeyPair;
  csr(): Promise<Buffer>;
}

/** A host's key, and requests signed by it, as an agent makes them. */
export async function makeKey(namedCurve = 'P-256'): Promise<TestKey> {
  const algorithm = { name: 'ECDSA', namedCurve, hash: 'SHA-256' };
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  return {
    keys,
    csr: async () => {
      const request = await Pkcs10CertificateRequestGenerator.create({
        name: 'CN=any',
        keys,
        signingAlgorithm: algorithm,
      });
      return Buffer.from(request.rawData);
    },
  };
}
