import type { Answer, OperationResult } from '../../proto/message.ts';
import type { Problem } from '../../proto/report.ts';
import type { Revision } from '../../proto/revision.ts';
import type { Commit } from '../events/commit.ts';
import type { Live } from '../events/event.ts';
import type { EventStream } from '../events/stream.ts';
import type { Plan } from '../fleet/compare.ts';
import type { FolderMember } from '../fleet/layers.ts';
import type { TargetsAsked } from '../fleet/outside-targets.ts';
import type { StoredRevision } from '../store/revisions.ts';
import type { Stores } from '../store/stores.ts';

// What the HTTP edge needs of the rest of the controller, and no more.

type MaybeLater<T> = T | Promise<T>;
type Labels = Readonly<Record<string, string>>;

export interface Sessions {
  online(): ReadonlySet<string>;
  problems(host: string): Problem[];
  operate(
    host: string,
    verb: 'restart' | 'reload',
    unit: string,
    timeoutMs: number,
    acceptLoss: boolean,
  ): Promise<OperationResult>;
  tailLog(
    host: string,
    tail: { unit: string; lines: number; follow: boolean },
    onLines: (lines: readonly string[]) => void,
  ): { done: Promise<void>; stop(): void };
  ask(
    host: string,
    ask: { unit: string; port: number; path: string; tls: boolean },
    timeoutMs: number,
  ): Promise<Answer>;
}

export interface ApplyRequest {
  readonly folder: string;
  readonly files: readonly FolderMember[];
  readonly discardOverrides: boolean;
}
/** The use cases of controller/fleet, with what they depend on already given. */
export interface Fleet {
  preview(request: ApplyRequest): Promise<{ plan: Plan }>;
  apply(
    request: ApplyRequest & {
      base: Revision | undefined;
      allowRemove: number;
      allowEmpty: boolean;
      note: string;
    },
    actor: string,
  ): Promise<{ revision: Revision; plan: Plan }>;
  previewUndo(to: Revision | undefined): Promise<{ plan: Plan; target: StoredRevision; filesChange: boolean }>;
  undo(
    to: Revision | undefined,
    actor: string,
    base: Revision | undefined,
  ): Promise<{ revision: Revision; plan: Plan }>;
  setStopped(
    hosts: readonly string[],
    unit: string,
    stopped: boolean,
    actor: string,
  ): MaybeLater<{ revision: Revision }>;
  /** For a Prometheus elsewhere, as http_sd takes it. */
  targets(asked: TargetsAsked): Uint8Array;
  /** Units by name on `all`, a host, or `label=value[,label=value]`. */
  select(selector: { unit: string; on: string }): readonly { host: string; unit: string }[];
}

export interface PutSecret {
  readonly name: string;
  readonly number: number;
  readonly applied: { revision: Revision; plan: Plan } | undefined;
}

/** The use cases of controller/secrets. */
export interface Secrets {
  list(): {
    readonly name: string;
    readonly number: number;
    readonly setAtMs: number;
    readonly setBy: string;
    readonly isReadable: boolean;
    readonly units: readonly string[];
  }[];
  set(name: string, value: string, actor: string): Promise<PutSecret>;
  rotate(name: string, value: string, actor: string): Promise<PutSecret>;
  remove(name: string, actor: string): void;
}

/** The use cases of controller/enrolment. */
export interface Inventory {
  createToken(
    token: { labels: Labels; uses: number; lastsMs: number },
    actor: string,
  ): { id: string; token: string; expiresAt: number };
  revokeToken(id: string, actor: string): void;
  /** The operator's labels, whole; those of its token stay beneath. */
  label(host: string, labels: Labels, actor: string): MaybeLater<void>;
  remove(host: string, actor: string): MaybeLater<void>;
}

export interface Authority {
  /** What an enrolling host and a `login` compare the root with. */
  pin(): string;
  /** Of the key that answers here, as `curl --pinnedpubkey` takes it. */
  serverPin(): string;
  status(): readonly { fingerprint: string; until: number; signs: boolean }[];
  rotate(actor: string): Promise<void>;
  finish(actor: string): Promise<void>;
}

/** The use cases of controller/downloads. */
export interface Downloads {
  script(): { readonly text: string; readonly sha256: string };
  find(file: string): {
    readonly path: string;
    readonly packed: { readonly file: string; readonly size: number; readonly sha256: string };
  };
}

export interface HttpDeps {
  readonly version: string;
  readonly startedAtMs: number;
  readonly stores: Stores;
  readonly commit: Commit;
  readonly stream: EventStream<Live>;
  readonly sessions: Sessions;
  readonly fleet: Fleet;
  readonly inventory: Inventory;
  readonly secrets: Secrets;
  readonly authority: Authority;
  /** `host:port` where hosts enrol, as they would dial it. */
  enrolAddress(): string;
  /** The last good one of this state; undefined when there was none. */
  lastBackup(): { readonly atMs: number; readonly size: number } | undefined;
  readonly downloads: Downloads;
  /** `https://host:port` of this API, as hosts would dial it. */
  apiUrl(): string;
  /** Folder of the built page. */
  readonly pageDirectory: string;
  readonly log: { error(detail: object, message: string): void };
  readonly now: () => number;
}
