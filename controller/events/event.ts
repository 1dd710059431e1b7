/** Something that happened to the fleet, past tense. `host` and `unit` are '' when it is about none. */
export const EVENT_KINDS = [
  'ControllerStarted',
  'EpochBegun',
  'TokenCreated',
  'TokenRevoked',
  'HostEnrolled',
  'HostConnected',
  'HostDisconnected',
  'HostLabelled',
  'HostRemoved',
  'HostCloned',
  'RevisionUnproven',
  'CertificateRenewed',
  'AuthorityRotated',
  'FleetChanged',
  'ReleaseFetched',
  'UnitChanged',
  'OperationDone',
  'OperatorCreated',
  'OperatorRevoked',
  'SecretSet',
  'SecretRotated',
  'SecretRemoved',
] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

export interface FleetEvent {
  readonly at: number;
  readonly kind: EventKind;
  readonly host: string;
  readonly unit: string;
  readonly message: string;
}

/** What the live page and `apply` hear, none of it stored but the events: each says "this is so now". */
export type Live =
  | { readonly type: 'event'; readonly event: FleetEvent }
  /** A host's report or connection changed: look at it again. */
  | { readonly type: 'host'; readonly host: string }
  | { readonly type: 'download'; readonly what: string; readonly done: number; readonly total: number };
