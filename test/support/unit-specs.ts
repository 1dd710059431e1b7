import type { UnitSpec } from '../../proto/spec.ts';
import { pick } from './random.ts';

/** A unit that nothing is wrong with. */
export const someUnit = (change: Partial<UnitSpec> = {}): UnitSpec => ({
  name: 'prometheus',
  component: 'prometheus',
  release: {
    component: 'prometheus',
    version: '3.5.5',
    build: 'upstream',
    arch: 'amd64',
    sha256: 'a'.repeat(64),
    size: 10,
    unpackedSize: 20,
  },
  program: 'prometheus',
  argv: ['--config.file={etc}/prometheus.yml', '--storage.tsdb.path={var}/data'],
  env: {},
  user: 'prometheus',
  files: [
    { path: 'prometheus.yml', content: Buffer.from('global: {}\n'), live: false },
    { path: 'targets/node.json', content: Buffer.from('[]\n'), live: true },
  ],
  checks: [{ argv: ['promtool', 'check', 'config', '{etc}/prometheus.yml'] }],
  reload: {
    signal: 'SIGHUP',
    metricsPath: '/metrics',
    port: 9090,
    successMetric: 'prometheus_config_last_reload_successful',
    timestampMetric: 'prometheus_config_last_reload_success_timestamp_seconds',
  },
  ready: [{ name: 'ready', port: 9090, path: '/-/ready', status: 200, metric: '', above: 0 }],
  stop: { signal: 'SIGTERM', graceSeconds: 600, kill: false },
  ports: [{ number: 9090, protocol: 'tcp', use: 'http' }],
  stopped: false,
  reportDrift: false,
  limits: { memoryBytes: 0, openFiles: 0 },
  sandbox: undefined,
  losses: undefined,
  ...change,
});

/** One of the few dozen units of that name that differ in what the planner looks at. */
export function anyUnit(random: () => number, name: string): UnitSpec {
  const unit = someUnit({ name });
  const config = Buffer.from(pick(random, ['a', 'b']));
  return {
    ...unit,
    release: { ...unit.release, sha256: pick(random, ['a', 'b']).repeat(64) },
    argv: [...unit.argv, pick(random, ['--x', '--y'])],
    files: [{ path: 'prometheus.yml', content: config, live: false }, ...unit.files.slice(1)],
    reload: random() < 0.6 ? unit.reload : undefined,
    stopped: random() < 0.15,
    reportDrift: random() < 0.2,
  };
}
