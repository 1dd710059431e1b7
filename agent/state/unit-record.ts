import type { Losses, Stop } from '../../proto/spec.ts';

/** What only the agent knows of a unit. On disk before it is relied on; losing it costs a check, a preflight or a reload. */
export interface UnitRecord {
  /** Who its files were given to when it was last started. */
  readonly owner?: { readonly uid: number; readonly gid: number } | undefined;
  /** Everything of this unit that runs has loaded the set of this switch. */
  readonly loaded: { readonly stamp: string; readonly digest: string } | undefined;
  readonly checked: string;
  readonly preflighted: string;
  /** What it was last started with. */
  readonly launch:
    | {
        readonly digest: string;
        readonly version: string;
        readonly sha256: string;
        readonly stop: Stop;
        /** With nothing left to expand. A launch that has none of an agent that knew of losses tells of none. */
        readonly losses?: Losses | undefined;
      }
    | undefined;
  /** The program refused this set: not tried again with the same launch unless an operator asks. */
  readonly refused:
    | { readonly configDigest: string; readonly launchDigest: string; readonly message: string }
    | undefined;
  /** Path → sha256 of the live files as they were last written. */
  readonly live: Readonly<Record<string, string>>;
  /** Of sets with secrets, whose names say nothing of the values in them: name → digest of what was written. */
  readonly contents?: Readonly<Record<string, string>>;
}

export const NO_RECORD: UnitRecord = {
  loaded: undefined,
  checked: '',
  preflighted: '',
  launch: undefined,
  refused: undefined,
  live: {},
};
