import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, test } from 'vitest';
import { prometheus } from '../../../../controller/catalogue/prometheus.ts';
import { ReleaseLibrary } from '../../../../controller/releases/library.ts';
import { openNetwork } from '../../../../controller/releases/network.ts';
import { enrolled } from '../../../support/fleet-folder.ts';
import { openFleet, type TestFleet } from '../../../support/open-fleet.ts';
import { machineArch, type RealMirror, realMirror } from '../../../support/real-releases.ts';
import { renderFleet } from '../../../support/render-fleet.ts';
import { temporaryDirectory } from '../../../support/temporary-directory.ts';

let mirror: RealMirror;
let fleet: TestFleet;
let library: ReleaseLibrary;
const state = temporaryDirectory();
const stopped = new AbortController();

beforeAll(async () => {
  mirror = await realMirror();
  fleet = openFleet();
  const { releases } = fleet.stores;
  const network = openNetwork({}, stopped.signal);
  const { commit } = fleet;
  library = new ReleaseLibrary({
    directory: state.path,
    releases,
    commit,
    now: Date.now,
    onDownload: () => undefined,
    network,
  });
});

afterAll(async () => {
  stopped.abort();
  fleet[Symbol.dispose]();
  await mirror[Symbol.asyncDispose]();
  state[Symbol.dispose]();
});

const SLO = (objective: number, period: string): string => `kind: SLO
name: api
prometheus: main
objective: ${objective}
period: ${period}
indicator:
  errors: sum(rate(requests_total{code="500"}[{window}]))
  total: sum(rate(requests_total[{window}]))
labels: { team: a }
---
kind: Prometheus
name: main
`;

interface Firing {
  /** What part of all failed, as the alert says it; '' for no alert; undefined: not looked at. */
  readonly page?: string;
  readonly ticket?: string;
}

/** One world: how many of 60 requests a minute fail, and which alerts that makes after so long. */
function world(failing: string, at: string, firing: Firing, lets = '99.9% lets 0.1%'): string {
  const alert = (severity: 'page' | 'ticket', name: string): string => {
    const share = firing[severity];
    if (share === undefined) return '';
    const said = `summary: "api: errors use up the budget of 30d too fast", description: "${share} of all failed lately, and an objective of ${lets} fail."`;
    const expected = `[{ exp_labels: { severity: ${severity}, slo: api, team: a }, exp_annotations: { ${said} } }]`;
    return `      - { eval_time: ${at}, alertname: ${name}, exp_alerts: ${share === '' ? '[]' : expected} }\n`;
  };
  const failed = failing === '' ? '' : `      - { series: 'requests_total{code="500"}', values: '${failing}' }\n`;
  return `  - interval: 1m
    input_series:
      - { series: 'requests_total{code="200"}', values: '0+60x1700' }
${failed}    alert_rule_test:
${alert('page', 'ErrorBudgetBurnFast')}${alert('ticket', 'ErrorBudgetBurnSlow')}`;
}

async function promtool(version: string, argv: string[]): Promise<{ code: number | null; output: string }> {
  const { sha256 } = await library.obtain({ component: prometheus, version, arch: machineArch }, [
    { kind: 'mirror', url: mirror.url },
  ]);
  const { status, stdout, stderr } = spawnSync(join(await library.unpacked(sha256), 'promtool'), argv, {
    encoding: 'utf8',
  });
  return { code: status, output: stdout + stderr };
}

function staged(name: string, objective: number, tests: string): { rules: string; test: string } {
  const directory = join(state.path, name);
  const { rendered } = renderFleet({ 'fleet.yml': SLO(objective, '30d') }, enrolled({ a: {} }));
  const file = rendered.get('prometheus@a')?.files.find(({ path }) => path.startsWith('slo/'));
  assert.ok(file);
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'rules.yml'), file.content);
  writeFileSync(join(directory, 'test.yml'), `rule_files: [rules.yml]\nevaluation_interval: 1m\ntests:\n${tests}`);
  return { rules: join(directory, 'rules.yml'), test: join(directory, 'test.yml') };
}

test('in every version the rules are right, fire when they should, and do not when they should not', async () => {
  const worlds = [
    // Nothing fails, and there is no series of what failed.
    world('', '2h', { page: '', ticket: '' }),
    // 0.05 %: within the budget.
    world('0+0.03x1700', '25h', { page: '', ticket: '' }),
    // 2 %, from the beginning.
    world('0+1.2245x200', '2h', { page: '2%', ticket: '2%' }),
    // It was 2 %, and has stopped: nobody is woken any more.
    world('0+1.2245x100 122.45+0x300', '200m', { page: '' }),
    // 0.5 % for a day.
    world('0+0.3015x1700', '26h', { page: '', ticket: '0.5%' }),
  ].join('');
  const { rules, test: file } = staged('objective', 99.9, worlds);
  for (const version of mirror.versions['prometheus'] ?? []) {
    const checked = await promtool(version, ['check', 'rules', rules]);
    assert.equal(checked.code, 0, checked.output);
    const tested = await promtool(version, ['test', 'rules', file]);
    assert.equal(tested.code, 0, `${version}: ${tested.output}`);
  }
});

test('a test that expects what is not so fails', async () => {
  const { test: file } = staged('wrong', 99, world('0+1.2245x200', '2h', { page: '2%' }, '99% lets 1%'));
  const [version = ''] = mirror.versions['prometheus'] ?? [];
  const { code, output } = await promtool(version, ['test', 'rules', file]);
  assert.equal(code, 1);
  assert.match(output, /got:\[\]/);
});
