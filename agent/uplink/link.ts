import { setTimeout as sleep } from 'node:timers/promises';
import { Fault, messageOf } from '../../proto/fault.ts';
import { backoffMs } from '../backoff.ts';
import { type AgentIdentity, type IdentityFile, toPem } from '../state/identity-file.ts';
import { reach, sessionClient } from './channel.ts';
import { fetchRelease } from './fetch-release.ts';
import { renewCertificate, renewLapsed, standing } from './renew.ts';
import { holdSession, type SessionHost } from './session.ts';

const LOOK_AT_CERTIFICATE_MS = 3_600_000;
/** A session that held this long was a good one: the next failure is a first. */
const GOOD_SESSION_MS = 10_000;

export interface LinkOptions {
  readonly identity: AgentIdentity;
  readonly file: IdentityFile;
  readonly host: Omit<SessionHost, 'trust'>;
  /** By a clock that nobody sets. */
  readonly ticks: () => number;
  readonly chance: () => number;
  /** A session begins, over this address of the controller. */
  onConnect(address: string): Promise<void>;
  /** Why there is no session; '' when there is one. */
  onProblem(why: string): void;
  /** Which authorities are trusted has changed. */
  onTrust(): void;
}

/** The way to the controller: dial, hold a session, back off, again. No unit ever waits for it. */
export class Link {
  readonly #options: LinkOptions;
  #identity: AgentIdentity;
  #client: ReturnType<typeof sessionClient> | undefined;
  constructor(options: LinkOptions) {
    this.#options = options;
    this.#identity = options.identity;
  }

  get identity(): AgentIdentity {
    return this.#identity;
  }

  async *fetchRelease(sha256: string, offset: number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    if (!this.#client) throw new Fault('unavailable', 'cannot download: there is no connection to the controller');
    yield* fetchRelease(this.#client, sha256, offset, signal);
  }

  async run(signal: AbortSignal): Promise<void> {
    const { ticks, host } = this.#options;
    let attempt = 0;
    for (let turn = 0; !signal.aborted; turn++) {
      const address = this.#identity.sessions[turn % this.#identity.sessions.length] as string;
      const began = ticks();
      const why = await this.#session(address, signal).then(() => 'the controller ended the session', messageOf);
      if (signal.aborted) return;
      this.#options.onProblem(why);
      attempt = ticks() - began >= GOOD_SESSION_MS ? 1 : attempt + 1;
      const waitMs = backoffMs(attempt, this.#options.chance());
      host.log.warn({ address, why, waitMs: Math.round(waitMs) }, 'no session');
      await sleep(waitMs, undefined, { signal }).catch(() => undefined);
    }
  }

  async #session(address: string, signal: AbortSignal): Promise<void> {
    const { host, file } = this.#options;
    // Someone may have enrolled this host again meanwhile.
    this.#identity = file.read() ?? this.#identity;
    if (standing(this.#identity, host.now()) === 'lapsed') await this.#renewLapsed();
    const client = sessionClient(address, this.#identity);
    try {
      await reach(client, address, signal);
      await this.#options.onConnect(address);
      this.#client = client;
      this.#options.onProblem('');
      host.log.info({ address, host: this.#identity.host }, 'session');
      const stop = this.#keepRenewing(client);
      const trust = (authorities: readonly Uint8Array[], renew: boolean) => this.#trust(client, authorities, renew);
      try {
        await holdSession(client.connect(), { ...host, trust }, signal);
      } finally {
        stop();
      }
    } finally {
      this.#client = undefined;
      client.close();
    }
  }

  /** The present session is kept: the next connection uses the new certificate. */
  #keepRenewing(client: ReturnType<typeof sessionClient>): () => void {
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

  async #renew(client: ReturnType<typeof sessionClient>): Promise<void> {
    await this.#become(await renewCertificate(client, this.#identity));
    this.#options.host.log.info('the certificate was renewed');
  }

  async #renewLapsed(): Promise<void> {
    const failures: string[] = [];
    for (const address of this.#identity.enrolments) {
      try {
        await this.#become(await renewLapsed(address, this.#identity, this.#options.host.now()));
        return;
      } catch (error) {
        failures.push(messageOf(error));
      }
    }
    throw new Fault('denied', `cannot renew the certificate of this host, which has lapsed: ${failures.join('; ')}`);
  }

  async #trust(
    client: ReturnType<typeof sessionClient>,
    authorities: readonly Uint8Array[],
    renew: boolean,
  ): Promise<void> {
    if (authorities.length === 0) return;
    await this.#become({ authorities: authorities.map(toPem) });
    if (renew) await this.#renew(client);
  }

  /** On disk before it is used. */
  async #become(change: Partial<AgentIdentity>): Promise<void> {
    this.#identity = await this.#options.file.change(change);
    this.#options.onTrust();
  }
}
