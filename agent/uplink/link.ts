import { setTimeout as sleep } from 'node:timers/promises';
import { adviceOf, Fault, messageOf } from '../../proto/fault.ts';
import type { Controllers } from '../../proto/message.ts';
import { backoffMs } from '../backoff.ts';
import { isSame, preferring, takeControllers } from '../state/controllers.ts';
import { type AgentIdentity, enrolmentOf, type IdentityFile, toPem } from '../state/identity-file.ts';
import { sessionClient } from './channel.ts';
import { blameClock } from './controller-clock.ts';
import { dial } from './dial.ts';
import { certifyUnit, renewCertificate, renewLapsed, standing } from './renew.ts';
import { holdSession, type SessionHost } from './session.ts';

const LOOK_AT_CERTIFICATE_MS = 3_600_000;
const LOOK_AT_IDENTITY_MS = 2_000;
/** A session that held this long was a good one: the next failure is a first. */
const GOOD_SESSION_MS = 10_000;
/** Who was refused is so for a reason that a person has to mend. */
const REFUSED_MOST_MS = 300_000;

export interface LinkOptions {
  readonly identity: AgentIdentity;
  readonly file: IdentityFile;
  readonly host: Omit<SessionHost, 'trust' | 'moveTo' | 'admitted'>;
  /** By a clock that nobody sets. */
  readonly ticks: () => number;
  readonly chance: () => number;
  /** A session begins, over this address of the controller. */
  onConnect(address: string): Promise<void>;
  /** The controller has let this host in. */
  onSession(address: string): void;
  /** Why there is no session. */
  onProblem(why: string): void;
  /** Which authorities are trusted, or as whom this host is enrolled, has changed. */
  onIdentity(identity: AgentIdentity): void;
}

type SessionClient = ReturnType<typeof sessionClient>;

/** The way to the controller: dial, hold a session, back off, again. No unit ever waits for it. */
export class Link {
  readonly #options: LinkOptions;
  #identity: AgentIdentity;
  #address = '';
  #client: SessionClient | undefined;
  /** Where the last session did not hold: others first. */
  #poor = '';
  #said = '';
  constructor(options: LinkOptions) {
    this.#options = options;
    this.#identity = options.identity;
  }

  /** Where the present session goes. @throws Fault `unavailable` while there is none. */
  get address(): string {
    if (this.#address === '')
      throw new Fault('unavailable', 'cannot download: there is no connection to the controller');
    return this.#address;
  }

  /** A certificate (DER) for one unit. @throws Fault */
  async certify(unit: string, use: string, csrDer: Uint8Array): Promise<Uint8Array> {
    if (!this.#client) throw new Fault('unavailable', `cannot get a certificate for ${unit}: the controller is away`);
    return certifyUnit(this.#client, { unit, use, csrDer });
  }

  async run(signal: AbortSignal): Promise<void> {
    const { ticks, chance } = this.#options;
    let attempt = 0;
    while (!signal.aborted) {
      const began = ticks();
      const ended: unknown = await this.#session(signal).catch((error: unknown) => error);
      if (signal.aborted) return;
      const isGood = ticks() - began >= GOOD_SESSION_MS;
      attempt = isGood ? 1 : attempt + 1;
      if (isGood) this.#poor = '';
      const isRefused = ended instanceof Fault && ended.code === 'denied';
      const waitMs = backoffMs(attempt, chance(), isRefused ? REFUSED_MOST_MS : undefined);
      this.#tell(ended === undefined ? 'the controller ended the session' : adviceOf(ended), waitMs);
      await this.#wait(waitMs, signal);
    }
  }

  /** The same reason over and over is said once. */
  #tell(why: string, waitMs: number): void {
    const { log } = this.#options.host;
    this.#options.onProblem(why);
    log[why === this.#said ? 'debug' : 'warn']({ why, waitMs: Math.round(waitMs) }, 'no session');
    this.#said = why;
  }

  /** No longer than until someone enrols this host again, or says where its controller is now. */
  async #wait(ms: number, signal: AbortSignal): Promise<void> {
    const { file, ticks } = this.#options;
    const [began, stamp] = [ticks(), file.stamp()];
    for (let left = ms; left > 0 && !signal.aborted && file.stamp() === stamp; left = ms - (ticks() - began)) {
      await sleep(Math.min(left, LOOK_AT_IDENTITY_MS), undefined, { signal }).catch(() => undefined);
    }
  }

  async #session(signal: AbortSignal): Promise<void> {
    const { host, file } = this.#options;
    const before = enrolmentOf(this.#identity);
    this.#identity = file.read() ?? this.#identity;
    if (enrolmentOf(this.#identity) !== before) this.#options.onIdentity(this.#identity);
    if (standing(this.#identity, host.now()) === 'lapsed') await this.#renewLapsed();
    const { address, client } = await this.#dial(signal);
    this.#poor = address;
    try {
      await this.#prefer(address);
      await this.#options.onConnect(address);
      this.#address = address;
      this.#client = client;
      const stop = this.#keepRenewing(client);
      const trust: SessionHost['trust'] = (...told) => this.#trust(client, ...told);
      const moveTo = (controllers: Controllers) => this.#moveTo(controllers, address);
      const admitted = () => this.#admitted(address);
      try {
        await holdSession(client.connect(), { ...host, trust, moveTo, admitted }, signal);
      } finally {
        stop();
      }
    } finally {
      this.#address = '';
      this.#client = undefined;
      client.close();
    }
  }

  async #dial(signal: AbortSignal): Promise<{ address: string; client: SessionClient }> {
    const { sessions, enrolments, authorities } = this.#identity;
    const order = [...sessions.filter((address) => address !== this.#poor), ...sessions];
    try {
      return await dial([...new Set(order)], (address) => sessionClient(address, this.#identity), signal);
    } catch (error) {
      const { now } = this.#options.host;
      await blameClock(error, 'connect to the controller', { addresses: enrolments, authorities, now });
      throw error;
    }
  }

  #admitted(address: string): void {
    this.#said = '';
    this.#options.onSession(address);
    this.#options.host.log.info({ address, host: this.#identity.host }, 'session');
  }

  /** Tried first from now on, also by the next agent here. */
  async #prefer(address: string): Promise<void> {
    const { sessions } = this.#identity;
    if (sessions[0] !== address) await this.#become({ sessions: preferring(address, sessions) });
  }

  /** The present session is kept: the next connection uses the new certificate. */
  #keepRenewing(client: SessionClient): () => void {
    const { log, now } = this.#options.host;
    const look = () => {
      if (standing(this.#identity, now()) === 'good') return;
      this.#renew(client).catch((error: unknown) =>
        log.warn({ err: messageOf(error) }, 'cannot renew the certificate'),
      );
    };
    look();
    const timer = setInterval(look, LOOK_AT_CERTIFICATE_MS);
    return () => clearInterval(timer);
  }

  async #renew(client: SessionClient): Promise<void> {
    const { certificate, authorities } = await renewCertificate(client, this.#identity);
    await this.#become({ certificate, authorities });
    this.#options.host.log.info('the certificate was renewed');
  }

  async #renewLapsed(): Promise<void> {
    const { certificate, authorities } = await renewLapsed(
      this.#identity.enrolments,
      this.#identity,
      this.#options.host.now,
    );
    await this.#become({ certificate, authorities });
    this.#options.host.log.info('the certificate had lapsed, and was renewed by the key');
  }

  async #trust(client: SessionClient, ...told: Parameters<SessionHost['trust']>): Promise<void> {
    const [authorities, renew, { endpoints, scrapers, signer }] = told;
    if (endpoints.length > 0) {
      const tls = { endpoints: endpoints.map(toPem), scrapers: scrapers.map(toPem), signer };
      if (JSON.stringify(tls) !== JSON.stringify(this.#identity.tls)) await this.#become({ tls });
    }
    if (authorities.length === 0) return;
    // In one write with the certificate: whoever reports the new authorities has a certificate of theirs, and the old may be retired.
    if (renew) await this.#renew(client);
    else await this.#become({ authorities: authorities.map(toPem) });
  }

  async #moveTo(told: Controllers, inUse: string): Promise<void> {
    const controllers = takeControllers(this.#identity, told, inUse);
    if (isSame(controllers, this.#identity)) return;
    await this.#become(controllers);
    this.#options.host.log.info({ ...controllers }, 'the controller is reached at other addresses');
  }

  /** On disk before it is used. */
  async #become(change: Partial<AgentIdentity>): Promise<void> {
    this.#identity = await this.#options.file.change(change);
    this.#options.onIdentity(this.#identity);
  }
}
