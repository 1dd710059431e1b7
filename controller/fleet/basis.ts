import { digestOf } from '../../proto/digest.ts';
import { Fault } from '../../proto/fault.ts';
import { compareRevisions, NO_REVISION, type Revision, showRevision } from '../../proto/revision.ts';
import type { Stores } from '../store/stores.ts';

/** What a change is worked out from. */
export interface Basis {
  readonly revision: Revision;
  /** Digest of everything about the hosts that decides what runs where. */
  readonly hosts: string;
  /** Digest of which secrets there are, in which versions. */
  readonly secrets: string;
}

export const basisOf = (stores: Pick<Stores, 'revisions' | 'hosts' | 'secrets'>): Basis => ({
  revision: stores.revisions.latest()?.revision ?? NO_REVISION,
  hosts: digestOf(stores.hosts.all().map(({ name, tokenLabels, labels, facts }) => [name, tokenLabels, labels, facts])),
  secrets: digestOf(stores.secrets.all().map(({ name, version }) => [name, version])),
});

/** Working a change out takes time, in which another came first. */
export class Overtaken extends Fault {
  constructor(by: string) {
    super('conflict', `cannot record the change: ${by} in between`, {
      hint: 'run "promfleet plan" again to see what it would do now',
    });
  }
}

/** @throws Overtaken */
export function checkBasis(then: Basis, now: Basis): void {
  if (compareRevisions(now.revision, then.revision) !== 0) {
    throw new Overtaken(`revision ${showRevision(now.revision)} came`);
  }
  if (now.hosts !== then.hosts) throw new Overtaken('a host came, went or changed');
  if (now.secrets !== then.secrets) throw new Overtaken('a secret was set or removed');
}

/** Hosts that enrol together refresh together: whoever comes second looks again. */
const ATTEMPTS = 10;

/** Works a change out anew when it was overtaken: whatever may stand in its way is then judged anew as well. */
export async function untilRecorded<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Overtaken) || attempt === ATTEMPTS) throw error;
    }
  }
}
