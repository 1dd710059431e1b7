import type { Fault } from '../../proto/fault.ts';
import type { ControllerSays } from '../../proto/message.ts';
import type { HostReport } from '../../proto/report.ts';
import type { Revision } from '../../proto/revision.ts';
import { Allowance } from '../allowance.ts';
import { Exchanges } from './exchanges.ts';

/** The way to one agent. What is said is sent in order and never waited for; an unsent spec or trust is replaced by a newer. */
export interface Link {
  say(says: ControllerSays): void;
  end(fault: Fault): void;
}

/** What is known of one live session, and dies with it. */
export class Session {
  readonly host: string;
  readonly link: Link;
  readonly exchanges = new Exchanges();
  /** How many answers to nothing it may still give. A few come late. */
  readonly unasked = new Allowance(1_000, 1, performance.now());
  /** The newest report; undefined until the session's first. */
  report: HostReport | undefined;
  /** Of the report that the database has. */
  saved: { readonly fingerprint: string; readonly atMs: number } | undefined;
  sentSpec: { readonly revision: Revision; readonly atMs: number } | undefined;
  /** It was asked whether it lives, and has answered. */
  isAsked = false;
  hasAnswered = false;
  /** What it claims to have been sent by us, and can't show. */
  unproven: Revision | undefined;
  sentTrust: { readonly of: string; readonly atMs: number } | undefined;

  constructor(host: string, link: Link) {
    this.host = host;
    this.link = link;
  }
}
