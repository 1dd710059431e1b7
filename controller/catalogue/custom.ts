import type { Component } from './component.ts';
import { GO_PROGRAM } from './go-program.ts';

/** A program of an operator's own, as its Exporter describes it. */
export interface OwnProgram {
  readonly name: string;
  readonly version: string;
  readonly port: number;
  /** The first word is `{bin}/PROGRAM`. */
  readonly run: readonly string[];
  readonly readyPath: string;
  /** The name of its configuration file, if it has one. */
  readonly file: string | undefined;
  readonly url: string;
  readonly sha256: Readonly<Record<string, string | undefined>>;
}

/** What is known of any program that answers over HTTP, and no more. */
export function customComponent(own: OwnProgram): Component {
  const [program = '', ...words] = own.run;
  return {
    name: own.name,
    kind: 'Exporter',
    version: own.version,
    port: own.port,
    artifact: {
      repository: '',
      archive: own.name,
      checksums: '',
      debianPackage: '',
      debianFiles: [],
      programs: [program.replace('{bin}/', '')],
      at: { url: own.url, sha256: own.sha256 },
    },
    config: own.file === undefined ? undefined : { file: own.file, standard: undefined },
    honorsLabels: false,
    reservedFlags: {},
    argv: ({ port }) => words.map((word) => word.replaceAll('{port}', String(port)).replaceAll('{bin}', '{release}')),
    metricsPath: () => '/metrics',
    reload: () => undefined,
    ready: ({ port }) => [
      { name: `answers ${own.readyPath}`, port, path: own.readyPath, status: 200, metric: '', above: 0 },
    ],
    checks: [],
    isOpaque: true,
    refusesFlags: undefined,
    stop: { signal: 'SIGTERM', graceSeconds: 30, kill: true },
    limits: { memoryBytes: 0, openFiles: 65_536 },
    sandbox: GO_PROGRAM,
    losses: () => undefined,
  };
}
