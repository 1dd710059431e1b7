import type { Problem } from '../../proto/report.ts';
import { compareRevisions, NO_REVISION, type Revision, showRevision } from '../../proto/revision.ts';

export interface EpochView {
  /** What the host says it works to. */
  readonly reported: Revision;
  /** It has shown that we made that revision. */
  readonly isProven: boolean;
  /** Of the spec that is stored for it. */
  readonly stored: Revision | undefined;
  /** The fleet's newest. */
  readonly latest: Revision | undefined;
  /** The epoch that the next revision belongs to. */
  readonly epoch: number;
  readonly held: boolean;
}

export type EpochDecision =
  | { readonly kind: 'nothing' }
  /** The host may have its stored spec. */
  | { readonly kind: 'send' }
  /** The host may have its stored spec, but as of this revision: what it works to is from an epoch that we have forgotten. */
  | { readonly kind: 'restamp'; readonly revision: Revision }
  /** The host has seen what we have not: our state was restored from an older one. Hold until an operator has looked. */
  | { readonly kind: 'beginEpoch'; readonly epoch: number }
  /** The host says so, and nothing speaks for it: its word must not stop the fleet. */
  | { readonly kind: 'unproven' };

export const unprovenProblem = (revision: Revision): Problem => ({
  code: 'unproven_revision',
  message: `its agent says that it works to revision ${showRevision(revision)}, which this controller has not made as far as it knows, and shows no proof of it; it is sent nothing older`,
  hint: 'it is not believed on its word. If the state of the controller was restored together with its pki, proofs would hold: then look at that host. To start over there, whatever runs going on: "promfleet host remove", then "promfleet-agent enrol … --new-identity"',
});

/** Every spec is stored before it is sent, so a host can be ahead of what is stored only if something stored was lost. */
export function decideEpoch({ reported, isProven, stored, latest, epoch, held }: EpochView): EpochDecision {
  const known = stored ?? latest ?? NO_REVISION;
  const isAhead = compareRevisions(reported, known) > 0;
  if (isAhead && reported.epoch >= epoch) {
    return isProven ? { kind: 'beginEpoch', epoch: reported.epoch + 1 } : { kind: 'unproven' };
  }
  if (held || !stored) return { kind: 'nothing' };
  if (compareRevisions(reported, stored) < 0) return { kind: 'send' };
  if (isAhead && latest && compareRevisions(reported, latest) < 0) return { kind: 'restamp', revision: latest };
  return { kind: 'nothing' };
}
