import type { Limits, Losses, Probe, Reload, Sandbox, Stop } from '../../proto/spec.ts';

/** How one file of a Debian package becomes a file of the upstream archive. */
export interface DebianFile {
  readonly package: string;
  /** Path inside the package, without the leading slash. A directory is taken whole. */
  readonly from: string;
  /** Path inside the release directory. */
  readonly to: string;
  readonly executable: boolean;
}

/** Where the releases of a component come from. */
export interface Artifact {
  /** GitHub `owner/name`. */
  readonly repository: string;
  /** First part of `<archive>-<version>.linux-<arch>.tar.gz`, and the name of the releases. */
  readonly archive: string;
  readonly checksums: string;
  /** The package whose version is the component's version. */
  readonly debianPackage: string;
  readonly debianFiles: readonly DebianFile[];
  /** Executables that a release must hold; the first is the program. */
  readonly programs: readonly string[];
  /** Where an operator says that it lies, `{version}` and `{arch}` in it; then no other source is asked. */
  readonly at?: { readonly url: string; readonly sha256: Readonly<Record<string, string | undefined>> };
}

/** Flags as an operator writes them. */
export type Flags = Readonly<Record<string, string | number | boolean | readonly (string | number)[]>>;

/** Where a unit answers on its own host. */
export interface Endpoint {
  readonly port: number;
  readonly metricsPath: string;
}

/** The native configuration of a component. */
export interface NativeConfig {
  /** Its name in the unit's configuration directory. */
  readonly file: string;
  /** What an operator who writes none begins with; undefined: there is no sensible one. */
  readonly standard: string | undefined;
}

/** A port beside the one that it answers HTTP on. */
export interface OtherPort {
  /** The key by which an operator moves it. */
  readonly key: string;
  readonly number: number;
  readonly protocols: readonly ('tcp' | 'udp')[];
  readonly use: string;
}

/** What a unit is told of the others that it works with, by what they are to it: `host:port` each. */
export type Links = Readonly<Record<string, readonly string[]>>;

/** What the words of a command line are made of. */
export interface Running {
  /** `address:port`. */
  readonly listen: string;
  readonly port: number;
  /** The other ports that it takes, by their keys. */
  readonly ports: Readonly<Record<string, number>>;
  readonly links: Links;
}

/** Everything that promfleet knows of one component; agents get it resolved into a UnitSpec and know none of it. */
export interface Component {
  readonly name: string;
  /** The kind of resource that runs it. */
  readonly kind: 'Exporter' | 'Prometheus' | 'Alertmanager' | 'Thanos';
  /** Installed when an operator names no version. */
  readonly version: string;
  readonly port: number;
  readonly artifact: Artifact;
  readonly config: NativeConfig | undefined;
  /** What it serves carries the labels of others: a scrape keeps them. */
  readonly honorsLabels: boolean;
  /** Flags that the operator may not set, because promfleet does, with what to write instead. */
  readonly reservedFlags: Readonly<Record<string, string>>;
  /** Those that a unit takes; `replicas` are of its resource. */
  readonly otherPorts?: (replicas: number) => readonly OtherPort[];
  /** The words after the program that every unit of it gets. */
  argv(unit: Running): readonly string[];
  /** Some flags move it. */
  metricsPath(flags: Flags): string;
  readonly reload: (endpoint: Endpoint) => Reload | undefined;
  readonly ready: (endpoint: Endpoint) => readonly Probe[];
  /** Run on staged files before they are switched in: the first word is a program of the release. */
  readonly checks: readonly { readonly argv: readonly string[] }[];
  /** Nothing may be asked of it but to run: it need not know `--version`. */
  readonly isOpaque?: true;
  /** Run with a config file that is not there, it refuses flags with these words, and takes them with any others. */
  readonly refusesFlags: string | undefined;
  readonly stop: Stop;
  /** It keeps nothing: a second of it on the same host says the same. */
  readonly runsTwice?: true;
  /** First version that takes TLS from exporter-toolkit's `--web.config.file`; absent: it speaks none. */
  readonly tlsSince?: string;
  readonly limits: Limits;
  readonly sandbox: Sandbox;
  /** What tells that it does not store what it should, and what saves the rest. */
  readonly losses: (endpoint: Endpoint) => Losses | undefined;
}
