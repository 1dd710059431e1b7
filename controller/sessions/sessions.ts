import { Fault } from '../../proto/fault.ts';
import type { AgentSays, Answer, Ask, Controllers, LogTail, OperationResult } from '../../proto/message.ts';
import type { HostReport, Problem } from '../../proto/report.ts';
import { compareRevisions, type Revision } from '../../proto/revision.ts';
import type { Authority } from '../enrolment/authority.ts';
import { removedFault } from '../enrolment/judge-host.ts';
import type { Commit } from '../events/commit.ts';
import type { EventKind, Live } from '../events/event.ts';
import { ifRoom } from '../store/disk-fault.ts';
import type { Stores } from '../store/stores.ts';
import { admit } from './admit.ts';
import { cloneFault } from './boots.ts';
import { decideEpoch, unprovenProblem } from './epoch.ts';
import { askOnce, follow } from './exchanges.ts';
import { checkReport, SEEN, saveReport } from './hear-report.ts';
import { type Link, Session } from './session.ts';
import { type Trusted, trustToSend } from './trust.ts';

/** An agent that has not taken in what it was sent is sent it again. */
const SEND_AGAIN_MS = 60_000;
const ANSWER_WITHIN_MS = 15_000;

export interface SessionsOptions {
  readonly stores: Stores;
  readonly commit: Commit;
  readonly publish: (live: Live) => void;
  readonly trust: () => Trusted;
  /** How a revision that a host hands back is told from one that it made up. */
  readonly proofs: Pick<Authority, 'proveRevision' | 'hasProof'>;
  /** Where hosts reach us; undefined: not known yet. */
  readonly controllers?: () => Controllers | undefined;
  /** A host's facts changed so that the fleet may resolve differently. */
  readonly inventoryChanged: () => void;
  readonly now: () => number;
}

/** One live session per host; the newest wins once it has reported. */
export class Sessions {
  readonly #options: SessionsOptions;
  readonly #live = new Map<string, Session>();
  /** Those that have still to say which machine they are: one per host, too. */
  readonly #arriving = new Map<string, Session>();
  #asked = 0;
  #isStopping = false;

  constructor(options: SessionsOptions) {
    this.#options = options;
  }

  online = (): ReadonlySet<string> => new Set(this.#live.keys());

  /** The session that a host had before ends when this one has reported, and is the host's own. */
  open(host: string, link: Link): { hear(says: AgentSays): void; closed(): void } {
    if (this.#isStopping) throw stopping();
    const session = new Session(host, link);
    const before = this.#arriving.get(host);
    this.#arriving.set(host, session);
    if (before) this.#end(before, another(host));
    return {
      hear: (says) => this.#hear(session, says),
      closed: () => this.#closed(session),
    };
  }

  /** Ends a host's session, if it has one: it was removed. */
  disconnect(host: string): void {
    for (const session of [this.#arriving.get(host), this.#live.get(host)]) {
      if (!session) continue;
      this.#end(session, removedFault(host));
      this.#closed(session);
    }
  }

  /** What is wrong with a host that its agent can't know. */
  problems(host: string): Problem[] {
    const unproven = this.#live.get(host)?.unproven;
    return unproven ? [unprovenProblem(unproven)] : [];
  }

  /** The controller stops: hosts are not said to have gone. */
  stop(): void {
    this.#isStopping = true;
    for (const session of [...this.#arriving.values(), ...this.#live.values()]) this.#end(session, stopping());
    this.#arriving.clear();
    this.#live.clear();
  }

  /** Sends each connected host its newest spec if it has an older one and the controller is not held. */
  wake(hosts: readonly string[]): void {
    for (const host of hosts) {
      const session = this.#live.get(host);
      if (session) this.#sendSpec(session);
    }
  }

  /** The authority changed: every connected host hears of it. */
  wakeTrust(): void {
    for (const session of this.#live.values()) this.#sendTrust(session);
  }

  /** @throws Fault `unavailable` when it is not connected or does not answer in time. */
  async operate(
    host: string,
    verb: 'restart' | 'reload',
    unit: string,
    timeoutMs: number,
    acceptLoss = false,
  ): Promise<OperationResult> {
    const task = `cannot ${verb} ${unit}@${host}`;
    const { exchanges, link } = this.#connected(host, task);
    const operation = { id: this.#nextId(), verb, unit, acceptLoss };
    return askOnce(exchanges, 'result', operation.id, timeoutMs, task, () =>
      link.say({ kind: 'operation', operation }),
    );
  }

  /** @throws Fault `unavailable` when it is not connected or does not answer in time. */
  async ask(host: string, question: Omit<Ask, 'id'>, timeoutMs: number): Promise<Answer> {
    const task = `cannot ask ${question.unit}@${host}`;
    const { exchanges, link } = this.#connected(host, task);
    const ask = { ...question, id: this.#nextId() };
    return askOnce(exchanges, 'answer', ask.id, timeoutMs, task, () => link.say({ kind: 'ask', ask }));
  }

  /** `done` is rejected when the session ends or the agent can't; `stop` resolves it. @throws Fault when it is not connected. */
  tailLog(
    host: string,
    wanted: Omit<LogTail, 'id'>,
    onLines: (lines: readonly string[]) => void,
  ): { readonly done: Promise<void>; stop(): void } {
    const task = `cannot read the log of ${wanted.unit}@${host}`;
    const { exchanges, link } = this.#connected(host, task);
    const tail = { ...wanted, id: this.#nextId() };
    return follow(exchanges, tail.id, task, onLines, {
      begin: () => link.say({ kind: 'logTail', tail }),
      end: () => link.say({ kind: 'logTailEnd', id: tail.id }),
    });
  }

  #hear(session: Session, says: AgentSays): void {
    const isArriving = this.#arriving.get(session.host) === session;
    if (!isArriving && this.#live.get(session.host) !== session) return;
    if (says.kind !== 'report') {
      if (!session.report) throw new Fault('invalid', 'cannot hear this agent: a session begins with a report');
      if (!session.exchanges.hear(says) && !session.unasked.take(performance.now())) throw babbles();
      return;
    }
    checkReport(says.report);
    if (isArriving && !this.#admit(session, says.report)) return;
    const { changed, inventory } = saveReport(this.#options, session, says.report);
    this.#sendSpec(session);
    this.#sendTrust(session);
    if (changed) this.#options.publish({ type: 'host', host: session.host });
    if (inventory) this.#options.inventoryChanged();
  }

  /** False: it has to answer first. */
  #admit(session: Session, report: HostReport): boolean {
    const { host } = session;
    const admission = admit(this.#options, host, report.facts, session.hasAnswered);
    if (admission === 'question') {
      session.report = report;
      void this.#question(session);
      return false;
    }
    session.report = undefined;
    const before = this.#live.get(host);
    this.#arriving.delete(host);
    this.#live.set(host, session);
    if (before) this.#end(before, admission === 'clone' ? cloneFault(host) : another(host));
    else this.#record('HostConnected', host, 'connected');
    const controllers = this.#options.controllers?.();
    if (controllers?.sessions.length) session.link.say({ kind: 'controllers', controllers });
    return true;
  }

  /** Any answer shows that something lives at the other end. */
  async #question(session: Session): Promise<void> {
    if (session.isAsked) return;
    session.isAsked = true;
    const { exchanges, link, host } = session;
    const ask = { id: this.#nextId(), unit: '', port: 0, path: '/' };
    const task = `cannot admit ${host}`;
    try {
      await askOnce(exchanges, 'answer', ask.id, ANSWER_WITHIN_MS, task, () => link.say({ kind: 'ask', ask }));
      session.hasAnswered = true;
      if (session.report) this.#hear(session, { kind: 'report', report: session.report });
    } catch (error) {
      link.end(error as Fault);
    }
  }

  #sendSpec(session: Session): void {
    const { stores, commit, proofs, now } = this.#options;
    if (!session.report) return;
    const reported = session.report.revision;
    const decision = decideEpoch({
      reported,
      isProven: proofs.hasProof(session.host, session.report),
      stored: stores.specs.revision(session.host),
      latest: stores.revisions.latest()?.revision,
      epoch: stores.meta.epoch(),
      held: stores.meta.held(),
    });
    this.#doubt(session, decision.kind === 'unproven' ? reported : undefined);
    if (decision.kind === 'nothing' || decision.kind === 'unproven') return;
    if (decision.kind === 'beginEpoch') return this.#beginEpoch(session.host, decision.epoch);
    if (decision.kind === 'restamp') {
      commit(() => {
        const spec = stores.specs.find(session.host)?.spec;
        if (spec) stores.specs.put(session.host, { ...spec, revision: decision.revision });
      });
    }
    const spec = stores.specs.find(session.host)?.spec;
    if (!spec || (session.sentSpec && isFresh(session.sentSpec.atMs, now()) && !isNewer(spec, session.sentSpec)))
      return;
    session.sentSpec = { revision: spec.revision, atMs: now() };
    const proof = proofs.proveRevision(session.host, spec.revision);
    session.link.say({ kind: 'spec', spec: { ...spec, proof } });
  }

  #doubt(session: Session, unproven: Revision | undefined): void {
    const { commit, now } = this.#options;
    const isNew = unproven !== undefined && session.unproven === undefined;
    session.unproven = unproven;
    if (!isNew) return;
    const { message } = unprovenProblem(unproven);
    commit((record) => record({ at: now(), kind: 'RevisionUnproven', host: session.host, unit: '', message }), {
      durable: false,
    });
  }

  #beginEpoch(host: string, epoch: number): void {
    const { stores, commit, now } = this.#options;
    commit((record) => {
      stores.meta.beginEpoch(epoch);
      const message = `epoch ${epoch}: ${host} has seen a revision that this controller has not, so its state was restored from an older one; nothing is sent until an operator applies`;
      record({ at: now(), kind: 'EpochBegun', host, unit: '', message });
    });
  }

  #sendTrust(session: Session): void {
    const { stores, now, trust } = this.#options;
    const send = trustToSend(trust(), session, stores.hosts, (atMs) => isFresh(atMs, now()));
    if (!send) return;
    session.sentTrust = { of: send.of, atMs: now() };
    session.link.say(send.says);
  }

  #closed(session: Session): void {
    session.exchanges.failAll(new Fault('unavailable', `${session.host} has disconnected`));
    if (this.#arriving.get(session.host) === session) this.#arriving.delete(session.host);
    if (this.#live.get(session.host) !== session) return;
    this.#live.delete(session.host);
    this.#record('HostDisconnected', session.host, 'disconnected');
  }

  #end(session: Session, fault: Fault): void {
    session.exchanges.failAll(fault);
    session.link.end(fault);
  }

  #record(kind: EventKind, host: string, message: string): void {
    const { stores, commit, publish, now } = this.#options;
    // A session is worth more than the note of it.
    ifRoom(() =>
      commit((record) => {
        stores.hosts.update(host, { lastSeenAt: now() });
        record({ at: now(), kind, host, unit: '', message });
      }, SEEN),
    );
    publish({ type: 'host', host });
  }

  #connected(host: string, task: string): Session {
    const session = this.#live.get(host);
    if (session) return session;
    throw new Fault('unavailable', `${task}: ${host} is not connected`, {
      hint: '"promfleet hosts" shows when it was last seen; what is applied reaches it when it is back',
    });
  }

  // Never reused while this controller runs: a late answer from an earlier session of the host is nobody's.
  #nextId = (): string => `${++this.#asked}`;
}

const another = (host: string): Fault =>
  new Fault('conflict', `${host} opened another session, which takes the place of this one`);
const babbles = (): Fault =>
  new Fault('invalid', 'cannot go on with this session: it answers again and again what nobody asked');
const stopping = (): Fault => new Fault('unavailable', 'cannot hold this session: the controller is stopping');

const isFresh = (atMs: number, now: number): boolean => now - atMs < SEND_AGAIN_MS;
const isNewer = (
  spec: { revision: { epoch: number; number: number } },
  sent: NonNullable<Session['sentSpec']>,
): boolean => compareRevisions(spec.revision, sent.revision) > 0;
