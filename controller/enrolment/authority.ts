import { createHash, createHmac, timingSafeEqual, X509Certificate } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { trustDigest } from '../../proto/digest.ts';
import { Fault } from '../../proto/fault.ts';
import type { TlsAuthorities } from '../../proto/message.ts';
import type { ProvenRevision, Revision } from '../../proto/revision.ts';
import { type AuthorityState, createSeal, readAuthority, saveAuthority } from './authority-file.ts';
import {
  createRoot,
  type Issued,
  type Issuer,
  issueToEndpoint,
  issueToHost,
  issueToScraper,
  issueToServer,
  type Root,
  toPem,
} from './certificates.ts';

export interface AuthorityOptions {
  /** `DIR/pki`. */
  readonly directory: string;
  /** Names and addresses for the server certificate, besides the one that agents ask for. */
  readonly names: readonly string[];
  readonly now: () => number;
  /** Tells roots apart by name. */
  readonly randomBytes: (count: number) => Uint8Array;
  /** Hosts are enrolled already: a missing authority is a loss, not a first start. */
  readonly mustExist: boolean;
}

export interface ServerCertificate {
  /** PEM, the root that issued it included: a client that knows only its pin finds it there. */
  readonly certificate: string;
  readonly key: string;
  readonly renewAt: number;
}

/** What must be known of every host before an old root may go. */
export interface HostTrust {
  readonly name: string;
  readonly certificateAuthority: string;
  readonly trustDigest: string | undefined;
  /** Units whose certificates or files are not of the newest authorities yet. */
  readonly lateUnits?: readonly string[];
}

/** Opens the authority in `directory`, or makes it. All of its state is one file, replaced whole: no crash can split it. */
export async function openAuthority(options: AuthorityOptions): Promise<Authority> {
  const path = join(options.directory, 'authority.json');
  const stored = await readAuthority(path, options.now());
  if (stored) return new Authority(path, options, stored);
  if (options.mustExist) {
    throw new Fault('internal', `cannot find the certificate authority in ${path}, though hosts are enrolled`, {
      hint: 'restore that file from a backup: with a new authority every host would have to be enrolled again',
    });
  }
  mkdirSync(options.directory, { recursive: true, mode: 0o700 });
  const root = await createRoot(options.now(), nameRoot(options));
  const state = { roots: [root], seal: createSeal(), unitSigner: root.fingerprint };
  await saveAuthority(path, state);
  return new Authority(path, options, state);
}

interface Trusted {
  readonly of: readonly Root[];
  readonly roots: readonly Buffer[];
  readonly digest: string;
}

export class Authority {
  readonly #path: string;
  readonly #options: AuthorityOptions;
  /** Oldest first. Two while one replaces the other: both are trusted, the first vouches for us, the last signs hosts. */
  #roots: readonly Root[];
  readonly #seal: Buffer;
  #unitSigner: string;
  #isChanging = false;
  #trusted: Trusted | undefined;
  #server: { readonly root: Root; readonly certificate: ServerCertificate } | undefined;

  constructor(path: string, options: AuthorityOptions, { roots, seal, unitSigner }: AuthorityState) {
    this.#path = path;
    this.#options = options;
    this.#roots = roots;
    this.#seal = seal;
    this.#unitSigner = unitSigner;
  }

  /** DER, of all that are trusted. */
  roots = (): readonly Buffer[] => this.#trust().roots;
  trustDigest = (): string => this.#trust().digest;
  /** Fingerprint of the root that signs hosts. */
  signer = (): string => this.#last().fingerprint;
  /** What a client that has nothing yet compares the root with. */
  pin = (): string => `sha256:${this.#first().fingerprint}`;
  /** The same for `curl --pinnedpubkey`, which compares the key of the server itself. */
  serverPin(): string {
    const digest = createHash('sha256').update(this.#first().server.publicKey).digest('base64');
    return `sha256//${digest}`;
  }

  /** Which root a certificate that someone shows is of; '' when it is of none that is trusted. */
  issuerOf(der: Uint8Array): string {
    const shown = new X509Certificate(der);
    const root = this.#roots.find(({ certificate }) =>
      shown.verify(new X509Certificate(Buffer.from(certificate.rawData)).publicKey),
    );
    return root?.fingerprint ?? '';
  }

  status(): readonly { fingerprint: string; until: number; signs: boolean }[] {
    return this.#roots.map((root) => ({
      fingerprint: root.fingerprint,
      until: root.certificate.notAfter.getTime(),
      signs: root === this.#last(),
    }));
  }

  async signHost(name: string, publicKey: Uint8Array): Promise<Issued & { readonly authority: string }> {
    const root = this.#last();
    const issued = await issueToHost(root, this.#options.now(), name, publicKey);
    return { ...issued, authority: root.fingerprint };
  }

  /** Of units, never of hosts. */
  tls = (): TlsAuthorities => ({
    endpoints: this.#roots.map((root) => derOf(root.endpoints)),
    scrapers: this.#roots.map((root) => derOf(root.scrapers)),
    signer: this.#roots.indexOf(this.#unitRoot()),
  });

  signEndpoint = (unit: string, names: readonly string[], publicKey: Uint8Array): Promise<Issued> =>
    issueToEndpoint(this.#unitRoot().endpoints, this.#options.now(), unit, names, publicKey);

  signScraper = (unit: string, publicKey: Uint8Array): Promise<Issued> =>
    issueToScraper(this.#unitRoot().scrapers, this.#options.now(), unit, publicKey);

  /** Everyone trusts the newest: from now on it is the one that signs units. */
  async signUnitsAnew(): Promise<void> {
    await this.#replace(() => Promise.resolve(this.#roots), this.signer());
  }

  /** The same until a third of its life is left, or the root behind it is retired. */
  async serverCertificate(): Promise<ServerCertificate> {
    const root = this.#first();
    const now = this.#options.now();
    if (this.#server?.root === root && now < this.#server.certificate.renewAt) return this.#server.certificate;
    const { der, until } = await issueToServer(root, now, this.#options.names);
    const certificate = {
      certificate: toPem(der) + toPem(Buffer.from(root.certificate.rawData)),
      key: root.server.privateKeyPem,
      renewAt: now + ((until - now) * 2) / 3,
    };
    this.#server = { root, certificate };
    return certificate;
  }

  /** What a host hands back to show that we made this revision for it. Nobody else can have it. */
  proveRevision(host: string, { epoch, number }: Revision): string {
    const sealed = createHmac('sha256', this.#seal).update(JSON.stringify(['revision', host, epoch, number]));
    return sealed.digest('hex').slice(0, 32);
  }

  hasProof(host: string, { revision, proof = '' }: ProvenRevision): boolean {
    const [is, should] = [Buffer.from(proof), Buffer.from(this.proveRevision(host, revision))];
    return is.length === should.length && timingSafeEqual(is, should);
  }

  /** A second root: trusted at once, and from now on the one that signs hosts. */
  async rotate(): Promise<void> {
    if (this.#roots.length > 1) {
      throw new Fault('conflict', 'cannot rotate the certificate authority: a rotation is under way', {
        hint: 'finish that one first, with "promfleet authority finish"',
      });
    }
    await this.#replace(async () => [...this.#roots, await createRoot(this.#options.now(), nameRoot(this.#options))]);
  }

  /** Retires the old root. @throws Fault `conflict` naming the hosts that would be cut off. */
  async finish(hosts: readonly HostTrust[]): Promise<void> {
    if (this.#roots.length === 1) {
      throw new Fault('conflict', 'cannot finish a rotation of the certificate authority: none is under way');
    }
    const late = hosts.filter(
      (host) =>
        host.certificateAuthority !== this.signer() ||
        host.trustDigest !== this.trustDigest() ||
        (host.lateUnits ?? []).length > 0,
    );
    if (late.length > 0) {
      throw new Fault('conflict', `cannot retire the old root: ${late.length} of ${hosts.length} hosts still need it`, {
        hint: 'each takes the new one when it connects; wait for them, or remove those that will not come back',
        findings: late.map((host) => ({ message: whyLate(host, this.signer()) })),
      });
    }
    await this.#replace(() => Promise.resolve([this.#last()]), this.signer());
  }

  /** On disk before anything is signed with it: a certificate of a root that a crash took away would be good for nothing. */
  async #replace(makeRoots: () => Promise<readonly Root[]>, unitSigner = this.#unitSigner): Promise<void> {
    if (this.#isChanging) {
      throw new Fault('conflict', 'cannot change the certificate authority: another change of it is under way');
    }
    this.#isChanging = true;
    try {
      const roots = await makeRoots();
      await saveAuthority(this.#path, { roots, seal: this.#seal, unitSigner });
      this.#roots = roots;
      this.#unitSigner = unitSigner;
    } finally {
      this.#isChanging = false;
    }
  }

  /** Asked for with every report of every host. */
  #trust(): Trusted {
    if (this.#trusted?.of === this.#roots) return this.#trusted;
    const roots = this.#roots.map((root) => Buffer.from(root.certificate.rawData));
    this.#trusted = { of: this.#roots, roots, digest: trustDigest(roots) };
    return this.#trusted;
  }

  #first = (): Root => this.#roots[0] as Root;
  #last = (): Root => this.#roots.at(-1) as Root;
  #unitRoot = (): Root => this.#roots.find((root) => root.fingerprint === this.#unitSigner) ?? this.#first();
}

const derOf = ({ certificate }: Issuer): Buffer => Buffer.from(certificate.rawData);

function whyLate(host: HostTrust, signer: string): string {
  if (host.certificateAuthority !== signer) return `${host.name} still has a certificate of the old root`;
  const { lateUnits = [] } = host;
  return lateUnits.length > 0
    ? `${lateUnits.join(', ')} on ${host.name} still serves or scrapes with certificates of the old root`
    : `${host.name} has not said that it trusts the new root`;
}

const nameRoot = ({ randomBytes }: AuthorityOptions): string =>
  `promfleet authority ${Buffer.from(randomBytes(4)).toString('hex')}`;
