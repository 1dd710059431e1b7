import { Fault } from './fault.ts';
import type { File__Output } from './gen/promfleet/v1/File.ts';
import type { HostSpec__Output, HostSpec as WireHostSpec } from './gen/promfleet/v1/HostSpec.ts';
import type { UnitSpec__Output } from './gen/promfleet/v1/UnitSpec.ts';
import { type ProvenRevision, readRevision, writeRevision } from './revision.ts';
import type { SecretForm, SecretReference, SecretValue } from './secrets.ts';

/** component + version + build + arch name a release; the sha256 of its archive is the release. Sizes in bytes. */
export interface Release {
  readonly component: string;
  readonly version: string;
  /** Where it was built: `upstream`, or `debian <full package version>`. A pair never mixes builds. */
  readonly build: string;
  readonly arch: string;
  readonly sha256: string;
  readonly size: number;
  readonly unpackedSize: number;
}

export interface SpecFile {
  /** Relative to the unit's configuration directory; never absolute, never with `..`. */
  readonly path: string;
  readonly content: Uint8Array;
  /** The program watches it (file_sd): written in place, atomically, with no reload. */
  readonly live: boolean;
  /** It holds references to secrets. `content` holds them as they were written, never a value. Absent: none is looked for. */
  readonly secret?: SecretForm;
}

/** Of a port that is asked on the host itself: over TLS, with the host's own certificate. Absent: plainly. */
export type OverTls = true | undefined;

export interface Reload {
  readonly signal: string;
  readonly metricsPath: string;
  readonly port: number;
  readonly successMetric: string;
  readonly timestampMetric: string;
  readonly tls?: OverTls;
}

export interface Probe {
  readonly name: string;
  readonly port: number;
  readonly path: string;
  readonly status: number;
  /** When not empty: the sum over this metric's series must be greater than `above`. */
  readonly metric: string;
  readonly above: number;
  readonly tls?: OverTls;
}

export interface Stop {
  readonly signal: string;
  readonly graceSeconds: number;
  /** SIGKILL after the grace; false: report that it will not stop. */
  readonly kill: boolean;
}

export interface Port {
  readonly number: number;
  readonly protocol: string;
  readonly use: string;
}

export interface Limits {
  readonly memoryBytes: number;
  readonly openFiles: number;
}

/** Files of the release where the program looks for them, read-only; nothing where the release has none. */
export interface Bind {
  /** Inside the release directory. */
  readonly from: string;
  /** Absolute. */
  readonly to: string;
}

/** What a program is given of what the strictest confinement takes away. */
export interface Sandbox {
  /** All of /proc, not the files of its own process alone. */
  readonly wholeProc: boolean;
  /** People's home directories, read-only. */
  readonly readHomes: boolean;
  /** The kernel's tables of networks. */
  readonly netlink: boolean;
  /** The state of the kernel's clock; setting it is never given. */
  readonly readClock: boolean;
  readonly capabilities: readonly string[];
  readonly binds: readonly Bind[];
}

/** Nothing at all. */
export const STRICT: Sandbox = {
  wholeProc: false,
  readHomes: false,
  netlink: false,
  readClock: false,
  capabilities: [],
  binds: [],
};

/** A stop within its grace writes out all that the program holds, where there is room for it. */
export interface Rescue {
  /** In the directory of its `Losses`: what the names of what it writes begin with. */
  readonly leaves: string;
  /** The sum over this metric's series is how many things it writes, each of `bytesEach` at most. */
  readonly sizeMetric: string;
  readonly bytesEach: number;
  /** Needed besides, also for the next start. */
  readonly bytesLeast: number;
}

/** What tells that a program loses what it should store, and what saves the rest before it may be stopped. */
export interface Losses {
  readonly port: number;
  readonly metricsPath: string;
  /** Counters: above 0, its next start may drop all that it has stored since. */
  readonly lostMetrics: readonly string[];
  /** A counter that moves as it stores. */
  readonly storedMetric: string;
  readonly directory: string;
  readonly rescue: Rescue | undefined;
  readonly tls?: OverTls;
}

/** With whom it speaks TLS. Keys and certificates lie beside its files, see the agent's `tls/`; no spec holds any key. */
export interface UnitTls {
  /** Addresses and names by which it is reached over TLS; empty: it serves none. */
  readonly names: readonly string[];
  /** It scrapes, and shows a certificate of its own where it does. */
  readonly scrapes: boolean;
  /** Certificates (PEM) that it accepts besides those of scrapers. */
  readonly clients: readonly string[];
}

/** A file of the unit that is run as its user, in its sandbox, again and again. */
export interface Script {
  readonly name: string;
  /** Relative to the unit's configuration directory. */
  readonly file: string;
  readonly everySeconds: number;
  readonly timeoutSeconds: number;
  /** Relative to its data directory: what it printed when it last ended well. */
  readonly output: string;
  /** The same: metrics of how it went. */
  readonly status: string;
}

/** One component running on one host. `{release}`, `{etc}`, `{var}` in argv, env and checks stand for its own directories. */
export interface UnitSpec {
  readonly name: string;
  readonly component: string;
  readonly release: Release;
  readonly program: string;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly user: string;
  readonly files: readonly SpecFile[];
  readonly checks: readonly { readonly argv: readonly string[] }[];
  readonly reload: Reload | undefined;
  readonly ready: readonly Probe[];
  readonly stop: Stop;
  readonly ports: readonly Port[];
  readonly stopped: boolean;
  readonly reportDrift: boolean;
  readonly limits: Limits;
  /** Undefined: of a controller that knows of none. */
  readonly sandbox: Sandbox | undefined;
  /** Undefined: nothing tells of any. */
  readonly losses: Losses | undefined;
  /** Nothing may be asked of the program but to run: it need not know `--version`. */
  readonly opaque?: true;
  /** Absent: none. */
  readonly scripts?: readonly Script[];
  /** What its files refer to, by name. Absent: nothing. */
  readonly secrets?: readonly SecretReference[];
  /** Undefined: it speaks TLS with nobody. */
  readonly tls?: UnitTls | undefined;
}

/** What one host should be, resolved and in full. */
export interface HostSpec extends ProvenRevision {
  readonly units: readonly UnitSpec[];
  /** On its way to the host, and there. Nobody else keeps a spec with them. */
  readonly secrets?: readonly SecretValue[];
}

const NO_STOP: Stop = { signal: 'SIGTERM', graceSeconds: 30, kill: true };
const NO_LIMITS: Limits = { memoryBytes: 0, openFiles: 0 };

/** @throws Fault `invalid` when something that a spec can't do without is missing. */
export function readHostSpec(wire: HostSpec__Output): HostSpec {
  if (!wire.revision) throw new Fault('invalid', 'cannot read host spec: it has no revision');
  return {
    ...readRevision(wire.revision),
    units: wire.units.map(readUnitSpec),
    ...(wire.secrets.length > 0 ? { secrets: wire.secrets } : {}),
  };
}

function readUnitSpec({ tls, ...wire }: UnitSpec__Output): UnitSpec {
  if (!wire.release) throw new Fault('invalid', `cannot read unit ${wire.name}: it has no release`);
  const { secrets, files, opaque, scripts, ...rest } = wire;
  return {
    ...rest,
    files: secrets ? [...files, ...secrets.files].map(readFile).sort(byPath) : files.map(readFile),
    ...(secrets ? { secrets: secrets.references } : {}),
    ...(opaque ? { opaque } : {}),
    ...(scripts.length > 0 ? { scripts } : {}),
    release: wire.release,
    reload: wire.reload ? overTls(wire.reload) : undefined,
    ready: wire.ready.map(overTls),
    stop: wire.stop ?? NO_STOP,
    limits: wire.limits ?? NO_LIMITS,
    sandbox: wire.sandbox ?? undefined,
    losses: wire.losses ? { ...overTls(wire.losses), rescue: wire.losses.rescue ?? undefined } : undefined,
    ...(tls ? { tls } : {}),
  };
}

const readFile = ({ path, content, live, secret }: File__Output): SpecFile =>
  secret === '' ? { path, content, live } : { path, content, live, secret: secret as SecretForm };

const byPath = (a: SpecFile, b: SpecFile): number => (a.path < b.path ? -1 : 1);

const writeFile = (file: SpecFile) => ({ ...file, content: Buffer.from(file.content) });

/** What is asked plainly looks as it did before there was TLS. */
const overTls = <T extends { tls: boolean }>({ tls, ...asked }: T): Omit<T, 'tls'> & { tls?: true } => ({
  ...asked,
  ...(tls ? { tls } : {}),
});

const plainly = <T extends { tls?: OverTls }>(asked: T): Omit<T, 'tls'> & { tls: boolean } => ({
  ...asked,
  tls: asked.tls ?? false,
});

export function writeHostSpec(spec: HostSpec): WireHostSpec {
  return {
    revision: writeRevision(spec),
    secrets: [...(spec.secrets ?? [])],
    units: spec.units.map((unit) => ({
      ...unit,
      argv: [...unit.argv],
      files: unit.files.filter((file) => !file.secret).map(writeFile),
      secrets: unit.secrets
        ? { references: [...unit.secrets], files: unit.files.filter((file) => file.secret).map(writeFile) }
        : null,
      checks: unit.checks.map((check) => ({ argv: [...check.argv] })),
      reload: unit.reload ? plainly(unit.reload) : null,
      ready: unit.ready.map(plainly),
      ports: [...unit.ports],
      opaque: unit.opaque ?? false,
      scripts: [...(unit.scripts ?? [])],
      sandbox: unit.sandbox
        ? { ...unit.sandbox, capabilities: [...unit.sandbox.capabilities], binds: [...unit.sandbox.binds] }
        : null,
      losses: unit.losses
        ? { ...plainly(unit.losses), lostMetrics: [...unit.losses.lostMetrics], rescue: unit.losses.rescue ?? null }
        : null,
      tls: unit.tls ? { ...unit.tls, names: [...unit.tls.names], clients: [...unit.tls.clients] } : null,
    })),
  };
}
