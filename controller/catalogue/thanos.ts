import type { Artifact, Component, Links, Running } from './component.ts';
import { GO_PROGRAM } from './go-program.ts';

const ARTIFACT: Artifact = {
  repository: 'thanos-io/thanos',
  archive: 'thanos',
  checksums: 'sha256sums.txt',
  // Debian has none.
  debianPackage: '',
  debianFiles: [],
  programs: ['thanos'],
};

export const OBJECT_STORE = 'object-store.yml';
export const HASHRING = 'hashring.json';

interface Part {
  readonly command: string;
  readonly port: number;
  /** Undefined: it is asked over HTTP alone. */
  readonly grpcPort?: number;
  readonly writesPort?: number;
  readonly words: (unit: Running) => readonly string[];
  readonly graceSeconds: number;
  /** It holds what nobody else has. */
  readonly isKept: boolean;
}

const each = (flag: string, values: Links[string] = []): string[] => values.map((value) => `--${flag}=${value}`);

/** One part of Thanos. Its own defaults are the same two ports for all: here each has ports of its own, so that a host may run several. */
function part({ command, port, grpcPort, writesPort, words, graceSeconds, isKept }: Part): Component {
  const grpc =
    grpcPort === undefined ? [] : [{ key: 'grpc_port', number: grpcPort, protocols: ['tcp'] as const, use: 'grpc' }];
  const writes =
    writesPort === undefined
      ? []
      : [{ key: 'remote_write_port', number: writesPort, protocols: ['tcp'] as const, use: 'remote write' }];
  return {
    name: `thanos-${command}`,
    kind: 'Thanos',
    version: '0.42.4',
    port,
    artifact: ARTIFACT,
    config: undefined,
    honorsLabels: false,
    reservedFlags: {
      'http-address': 'write `port:` or `listen:`',
      'grpc-address': 'write `grpc_port:`',
      'http.config': 'TLS and passwords on endpoints are not in this version of promfleet yet',
      'objstore.config': 'write `object_store:`',
      'objstore.config-file': 'write `object_store:`',
      'data-dir': 'its data always lies in the unit’s own directory',
      'tsdb.path': 'its data always lies in the unit’s own directory',
    },
    otherPorts: () => [...grpc, ...writes],
    argv: (unit) => [
      command,
      `--http-address=${everywhere(unit)}`,
      ...(grpcPort === undefined ? [] : [`--grpc-address=0.0.0.0:${unit.ports['grpc_port'] ?? grpcPort}`]),
      ...words(unit),
    ],
    metricsPath: () => '/metrics',
    reload: () => undefined,
    ready: ({ port: own }) => [
      { name: 'ready', port: own, path: '/-/ready', status: 200, metric: '', above: 0 },
      { name: 'answers /metrics', port: own, path: '/metrics', status: 200, metric: 'thanos_build_info', above: 0 },
    ],
    checks: [],
    refusesFlags: undefined,
    stop: { signal: 'SIGTERM', graceSeconds, kill: !isKept },
    limits: { memoryBytes: 0, openFiles: 65_536 },
    sandbox: GO_PROGRAM,
    losses: () => undefined,
  };
}

const everywhere = ({ listen }: Running): string => (listen.startsWith(':') ? `0.0.0.0${listen}` : listen);
const data = '{var}/data';
const store = ({ links }: Running): string[] =>
  links['object_store'] ? [`--objstore.config-file={etc}/${OBJECT_STORE}`] : [];

export const thanosParts = {
  sidecar: part({
    command: 'sidecar',
    port: 10_902,
    grpcPort: 10_901,
    words: ({ links }) => [...each('prometheus.url', links['prometheus']), `--tsdb.path=${data}`],
    graceSeconds: 180,
    isKept: false,
  }),
  query: part({
    command: 'query',
    port: 10_904,
    grpcPort: 10_903,
    words: ({ links }) => [
      ...each('endpoint', links['endpoints']),
      ...each('query.replica-label', links['replica_labels']),
    ],
    graceSeconds: 180,
    isKept: false,
  }),
  query_frontend: part({
    command: 'query-frontend',
    port: 10_914,
    words: ({ links }) => each('query-frontend.downstream-url', links['query']),
    graceSeconds: 180,
    isKept: false,
  }),
  store: part({
    command: 'store',
    port: 10_906,
    grpcPort: 10_905,
    words: (unit) => [`--data-dir=${data}`, ...store(unit)],
    graceSeconds: 180,
    isKept: false,
  }),
  compact: part({
    command: 'compact',
    port: 10_912,
    words: (unit) => ['--wait', `--data-dir=${data}`, ...store(unit), ...(unit.links['retention'] ?? [])],
    graceSeconds: 600,
    isKept: false,
  }),
  rule: part({
    command: 'rule',
    port: 10_910,
    grpcPort: 10_909,
    words: (unit) => [
      ...each('rule-file', unit.links['rules']),
      `--data-dir=${data}`,
      ...store(unit),
      ...each('query', unit.links['query']),
      ...each('label', unit.links['labels']),
      ...each('alert.label-drop', unit.links['dropped']),
    ],
    graceSeconds: 600,
    isKept: true,
  }),
  receive: part({
    command: 'receive',
    port: 10_908,
    grpcPort: 10_907,
    writesPort: 19_291,
    words: (unit) => [
      `--tsdb.path=${data}`,
      ...store(unit),
      `--remote-write.address=0.0.0.0:${unit.ports['remote_write_port'] ?? 19_291}`,
      `--receive.hashrings-file={etc}/${HASHRING}`,
      '--receive.hashrings-algorithm=ketama',
      ...each('receive.local-endpoint', unit.links['own']),
      ...each('receive.replication-factor', unit.links['factor']),
      ...each('label', unit.links['labels']),
    ],
    // It flushes what it has not uploaded yet.
    graceSeconds: 900,
    isKept: true,
  }),
} as const;
