import type { HostView, TargetView, UnitView } from '../../controller/web/wire.ts';

// What the page is told of a fleet in which all is well; a test says only what is different.

export const aUnit = (different: Partial<UnitView> = {}): UnitView => ({
  name: 'node_exporter',
  component: 'node_exporter',
  wantedVersion: '1.11.1',
  version: '1.11.1',
  state: 'ready',
  message: '',
  pid: 42,
  startedAtMs: 1,
  readyAtMs: 2,
  restarts: 0,
  port: 9100,
  lastLines: [],
  wantedDigest: '',
  configDigest: '',
  loadedDigest: '',
  drift: '',
  stopped: false,
  ...different,
});

export const aHost = (different: Partial<HostView> = {}): HostView => ({
  name: 'a',
  online: true,
  lastSeenMs: 1,
  labels: {},
  ownLabels: {},
  address: '127.0.0.1',
  facts: {
    hostname: 'a',
    machineId: 'm',
    bootId: 'b',
    os: 'Debian GNU/Linux 12 (bookworm)',
    kernel: '6.1.0',
    arch: 'amd64',
    cpus: 2,
    memoryBytes: 2 ** 33,
    address: '127.0.0.1',
    supervisor: 'process',
    virtualisation: '',
    addresses: ['10.0.0.7'],
    ownAddress: '',
    narrowing: undefined,
  },
  revision: '1',
  wantedRevision: '1',
  converged: true,
  problems: [],
  units: [aUnit()],
  ...different,
});

export const aTarget = (different: Partial<TargetView> = {}): TargetView => ({
  job: 'node',
  instance: 'a:9100',
  url: 'http://127.0.0.1:9100/metrics',
  health: 'up',
  lastError: '',
  lastScrapeMs: 1,
  ...different,
});
