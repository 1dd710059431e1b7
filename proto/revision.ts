/** Orders desired states: epoch first. A restored controller starts a new epoch and so outranks all that it has forgotten. */
export interface Revision {
  readonly epoch: number;
  readonly number: number;
}

/** What travels with it: whoever hands it back can only have it from the controller that made the revision. */
export interface ProvenRevision {
  readonly revision: Revision;
  /** Absent: from a side too old to have one. */
  readonly proof?: string;
}

export const readRevision = ({ epoch, number, proof }: Revision & { readonly proof: string }): ProvenRevision =>
  proof === '' ? { revision: { epoch, number } } : { revision: { epoch, number }, proof };

export const writeRevision = ({ revision, proof = '' }: ProvenRevision) => ({ ...revision, proof });

/** Before the first spec. */
export const NO_REVISION: Revision = { epoch: 0, number: 0 };

/** Negative when `a` is older, 0 when they are the same, positive when `a` is newer. */
export const compareRevisions = (a: Revision, b: Revision): number => a.epoch - b.epoch || a.number - b.number;

/** As people see it: `7`, or `2.7` once a restore has begun a second epoch. */
export const showRevision = ({ epoch, number }: Revision): string => (epoch > 1 ? `${epoch}.${number}` : `${number}`);
