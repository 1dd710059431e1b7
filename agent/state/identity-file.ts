import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { sha256 } from '../../proto/digest.ts';
import { Fault, messageOf } from '../../proto/fault.ts';
import type { TlsTrust } from '../tls/host-tls.ts';
import { BESIDE, writeAtomically } from './atomic-file.ts';

/** Who this host is to its controller. */
export interface AgentIdentity {
  readonly host: string;
  /** PEM. */
  readonly key: string;
  readonly certificate: string;
  /** Roots that are trusted: several while one replaces another. */
  readonly authorities: readonly string[];
  /** `address:port` of where sessions are answered; tried in turn. */
  readonly sessions: readonly string[];
  /** `address:port` of where enrolments are. */
  readonly enrolments: readonly string[];
  /** Of the machine that was enrolled; absent or '': it is not known. */
  readonly machineId?: string;
  /** Authorities of what units serve and scrape with. Absent: its controller has not said yet. */
  readonly tls?: TlsTrust;
}

/** One file, so that a certificate and its key can't part. */
export class IdentityFile {
  readonly path: string;
  static #changing: Promise<unknown> = Promise.resolve();

  constructor(state: string) {
    this.path = `${state}/identity.json`;
  }

  /** Another one, whenever the file was written. */
  stamp(): number {
    return statSync(this.path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  }

  /** Undefined before enrolment. @throws Fault when the file is there and can't be used. */
  read(): AgentIdentity | undefined {
    if (!existsSync(this.path)) return undefined;
    try {
      const identity = JSON.parse(readFileSync(this.path, 'utf8')) as AgentIdentity;
      certificateOf(identity);
      keyOf(identity);
      if (identity.sessions.length === 0 || identity.authorities.length === 0) throw new Error('it is not complete');
      return identity;
    } catch (error) {
      throw new Fault('invalid', `cannot use the identity of this host, ${this.path}: ${messageOf(error)}`, {
        hint: 'move the file away and enrol this host again',
        cause: error,
      });
    }
  }

  /** One change after another, each on top of the one before: a renewal and a new authority may well come together. */
  change(change: Partial<AgentIdentity>): Promise<AgentIdentity> {
    const changing = IdentityFile.#changing.then(async () => {
      const present = this.read();
      if (!present) throw new Fault('not_found', `cannot change the identity of this host: ${this.path} is gone`);
      const identity = { ...present, ...change };
      await this.write(identity);
      return identity;
    });
    IdentityFile.#changing = changing.catch(() => undefined);
    return changing;
  }

  async write(identity: AgentIdentity): Promise<void> {
    mkdirSync(dirname(this.path), { recursive: true, mode: 0o700 });
    // Whoever types a command here may write it while the daemon does.
    const beside = `${this.path}${BESIDE}.${process.pid}`;
    await writeAtomically(this.path, `${JSON.stringify(identity, undefined, 2)}\n`, { mode: 0o600 }, beside);
  }
}

export const certificateOf = (identity: AgentIdentity): X509Certificate => new X509Certificate(identity.certificate);
export const keyOf = (identity: AgentIdentity): KeyObject => createPrivateKey(identity.key);

/** Whether it came to this machine with a copied disk. Where either has no id to go by, nobody can tell. */
export const isCopied = ({ machineId = '' }: AgentIdentity, here: string): boolean =>
  machineId !== '' && here !== '' && machineId !== here;

/** Names one enrolment: whoever enrols anew, with another controller perhaps, has another key. */
export const enrolmentOf = (identity: AgentIdentity): string =>
  sha256(createPublicKey(identity.key).export({ type: 'spki', format: 'der' }));

export function toPem(der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}
