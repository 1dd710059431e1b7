import type { HostFacts, HostReport, UnitReport } from '../../proto/report.ts';
import type { HostSpec, Release, UnitSpec } from '../../proto/spec.ts';

/** Whole values of the contract, for tests that care about one field. */
export const facts: HostFacts = {
  hostname: 'db-1',
  machineId: 'm',
  bootId: 'b',
  os: 'Debian GNU/Linux 12 (bookworm)',
  kernel: '6.1',
  arch: 'amd64',
  cpus: 2,
  memoryBytes: 2 ** 34,
  address: '10.0.0.7',
  supervisor: 'process',
  virtualisation: '',
  addresses: ['10.0.0.7'],
  ownAddress: '',
  narrowing: undefined,
};

export const release: Release = {
  component: 'prometheus',
  version: '3.5.5',
  build: 'upstream',
  arch: 'amd64',
  sha256: 'ab'.repeat(32),
  size: 100_000_000,
  unpackedSize: 300_000_000,
};

export const unitSpec = (patch: Partial<UnitSpec> = {}): UnitSpec => ({
  name: 'prometheus',
  component: 'prometheus',
  release,
  program: 'prometheus',
  argv: ['--config.file={etc}/prometheus.yml'],
  env: { TZ: 'UTC' },
  user: 'prometheus',
  files: [{ path: 'prometheus.yml', content: Buffer.from('global: {}\n'), live: false }],
  checks: [{ argv: ['promtool', 'check', 'config', '{etc}/prometheus.yml'] }],
  reload: undefined,
  ready: [{ name: 'ready', port: 9090, path: '/-/ready', status: 200, metric: '', above: 0 }],
  stop: { signal: 'SIGTERM', graceSeconds: 600, kill: false },
  ports: [{ number: 9090, protocol: 'tcp', use: 'http' }],
  stopped: false,
  reportDrift: false,
  limits: { memoryBytes: 0, openFiles: 65_536 },
  sandbox: undefined,
  losses: undefined,
  ...patch,
});

export const hostSpec = (patch: Partial<HostSpec> = {}): HostSpec => ({
  revision: { epoch: 1, number: 1 },
  units: [unitSpec()],
  ...patch,
});

export const unitReport = (patch: Partial<UnitReport> = {}): UnitReport => ({
  name: 'prometheus',
  state: 'ready',
  message: '',
  version: '3.5.5',
  releaseSha256: release.sha256,
  pid: 4321,
  startedAtMs: 1_000,
  restarts: 0,
  configDigest: 'c',
  loadedDigest: 'c',
  launchDigest: 'l',
  lastLines: [],
  activity: undefined,
  readyAtMs: 2_000,
  drift: '',
  loss: undefined,
  ...patch,
});

export const hostReport = (patch: Partial<HostReport> = {}): HostReport => ({
  revision: { epoch: 0, number: 0 },
  specDigest: '',
  agentVersion: '0.1.0',
  facts,
  units: [],
  problems: [],
  trustDigest: '',
  atMs: 0,
  converged: false,
  ...patch,
});
