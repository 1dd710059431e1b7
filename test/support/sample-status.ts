import { type KnownHost, type StatusView, viewHost, viewStatus } from '../../controller/http/views.ts';
import { configDigest, specDigest } from '../../proto/digest.ts';
import type { UnitReport } from '../../proto/report.ts';
import type { UnitSpec } from '../../proto/spec.ts';
import { facts, hostReport, release, unitReport, unitSpec } from './samples.ts';

export const NOW = Date.UTC(2026, 10, 22, 20, 7, 36);
const MINUTE = 60_000;

const node = (patch: Partial<UnitSpec> = {}): UnitSpec =>
  unitSpec({
    name: 'node_exporter',
    component: 'node_exporter',
    release: { ...release, component: 'node_exporter', version: '1.11.1' },
    files: [],
    ports: [{ number: 9100, protocol: 'tcp', use: 'http' }],
    ...patch,
  });

/** A host as wanted, but for what the reports say. */
export function sampleHost(
  name: string,
  units: readonly UnitSpec[],
  reports: readonly Partial<UnitReport>[],
  patch: Partial<KnownHost> = {},
): KnownHost {
  const spec = { revision: { epoch: 1, number: 7 }, units };
  const digest = specDigest(spec);
  const loaded = configDigest(unitSpec());
  const seen = units.map((unit, index) =>
    unitReport({
      name: unit.name,
      version: unit.release.version,
      pid: 4000 + index,
      readyAtMs: NOW - 130 * MINUTE,
      loadedDigest: loaded,
      ...reports[index],
    }),
  );
  const report = hostReport({ revision: spec.revision, specDigest: digest, converged: true, units: seen });
  return {
    name,
    labels: { env: 'prod' },
    ownLabels: {},
    facts,
    lastSeenAtMs: NOW - 5 * MINUTE,
    online: true,
    spec: { spec, digest },
    report,
    problems: [],
    ...patch,
  };
}

const status = (hosts: readonly KnownHost[], overrides: StatusView['overrides'] = []): StatusView =>
  viewStatus(
    { version: '0.1.0', epoch: 1, startedAtMs: NOW - 600 * MINUTE, held: false, backedUpAtMs: null },
    { name: 'production', revision: '7', appliedAtMs: NOW - 12 * MINUTE, actor: 'ada' },
    hosts.map(viewHost),
    overrides,
  );

export const allIsWell = (): StatusView =>
  status([sampleHost('mon-1', [unitSpec(), node()], []), sampleHost('db-1', [node()], [])]);

/** One of each thing that can be wrong. */
export function muchIsWrong(): StatusView {
  const broken: Partial<UnitReport> = {
    state: 'failed',
    message: 'it exited with code 2',
    restarts: 5,
    pid: 0,
    version: '',
    lastLines: [
      'level=info msg="Starting Prometheus" version=3.5.5',
      'level=error component=tsdb msg="opening storage failed" err="lock DB directory: resource temporarily unavailable, is another Prometheus using it?"',
    ],
  };
  const refused: Partial<UnitReport> = {
    message:
      'it refused its new config, the previous one runs on: prometheus.yml:3: field scrape_interal not found in type config.ScrapeConfig',
    loadedDigest: 'older',
  };
  const fetching: Partial<UnitReport> = {
    state: 'installing',
    version: '',
    pid: 0,
    activity: { step: 'downloading', done: 5_200_000, total: 11_400_000 },
  };
  return status(
    [
      sampleHost('mon-1', [unitSpec(), node()], [broken]),
      sampleHost('mon-2', [unitSpec(), node()], [refused]),
      sampleHost('web-1', [node()], [fetching]),
      sampleHost('web-2', [node()], [], { online: false }),
      sampleHost('db-1', [node({ stopped: true })], [{ state: 'stopped', pid: 0, version: '' }]),
    ],
    [{ host: 'db-1', unit: 'node_exporter', stopped: true, actor: 'ada', createdAtMs: NOW - 120 * MINUTE }],
  );
}
