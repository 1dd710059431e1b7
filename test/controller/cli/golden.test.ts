import { expect, test } from 'vitest';
import { renderFault, renderFindings } from '../../../controller/cli/findings.ts';
import { renderHost } from '../../../controller/cli/host-view.ts';
import { renderLive } from '../../../controller/cli/live-view.ts';
import { inColour, plainly } from '../../../controller/cli/paint.ts';
import { renderPlan } from '../../../controller/cli/plan-view.ts';
import { renderStatus } from '../../../controller/cli/status-view.ts';
import { HELD, judgeChange } from '../../../controller/cli/verdict.ts';
import type { Plan } from '../../../controller/fleet/compare.ts';
import { Fault, type Finding } from '../../../proto/fault.ts';
import { allIsWell, muchIsWrong, NOW } from '../../support/sample-status.ts';

const FINDINGS: Finding[] = [
  {
    file: 'fleet/main.yaml',
    line: 4,
    column: 10,
    message: 'version: 1.10 is a number and would lose its last digit',
    hint: 'write it in quotes: version: "1.10"',
  },
  { file: 'fleet/main.yaml', line: 9, column: 1, message: 'unknown key hots', hint: 'did you mean hosts?' },
  { file: 'fleet/prometheus.yml', line: 3, message: 'field scrape_interal not found in type config.ScrapeConfig' },
];

const PLAN: Plan = {
  format: 1,
  base: { epoch: 1, number: 7 },
  changes: true,
  units: [
    {
      host: 'db-9',
      unit: 'node_exporter',
      action: 'remove',
      why: ['no resource puts it there any more'],
      fromVersion: '1.9.0',
      toVersion: '',
      diff: '',
    },
    {
      host: 'mon-1',
      unit: 'prometheus',
      action: 'restart',
      why: ['its version changes', 'flag --storage.tsdb.retention.time changes from 15d to 30d'],
      fromVersion: '2.53.3',
      toVersion: '3.5.5',
      diff: '',
    },
    {
      host: 'mon-2',
      unit: 'prometheus',
      action: 'reload',
      why: ['prometheus.yml changes'],
      fromVersion: '3.5.5',
      toVersion: '3.5.5',
      diff: '--- prometheus.yml\n+++ prometheus.yml\n@@ -1,2 +1,2 @@\n global:\n-  scrape_interval: 15s\n+  scrape_interval: 30s\n',
    },
    {
      host: 'web-1',
      unit: 'node_exporter',
      action: 'install',
      why: [],
      fromVersion: '',
      toVersion: '1.11.1',
      diff: '',
    },
    {
      host: 'db-1',
      unit: 'node_exporter',
      action: 'nothing',
      why: [],
      fromVersion: '1.11.1',
      toVersion: '1.11.1',
      diff: '',
    },
  ],
  targets: [{ prometheus: 'prometheus@mon-1', job: 'node', gained: ['web-1:9100'], lost: ['db-9:9100'] }],
  scrapes: [{ prometheus: 'prometheus@mon-1', job: 'node', before: 9, after: 9 }],
  rules: [
    {
      prometheus: 'prometheus@mon-1',
      kind: 'alert',
      group: 'up',
      name: 'HostDown',
      change: 'lost',
      from: 'up == 0',
      to: '',
    },
    {
      prometheus: 'prometheus@mon-1',
      kind: 'alert',
      group: 'disk',
      name: 'DiskFull',
      change: 'changed',
      from: 'node_filesystem_avail_bytes / node_filesystem_size_bytes < 0.1; for: 15m',
      to: 'node_filesystem_avail_bytes / node_filesystem_size_bytes < 0.05; for: 15m',
    },
    {
      prometheus: 'prometheus@mon-1',
      kind: 'record',
      group: 'up',
      name: 'up:count',
      change: 'gained',
      from: '',
      to: 'count(up)',
    },
  ],
  series: [
    { prometheus: 'prometheus@mon-1', now: 812_345, change: -12_480, perCent: -1.5, measured: true },
    { prometheus: 'prometheus@mon-2', now: null, change: 1_040, perCent: null, measured: false },
  ],
  gaps: [
    {
      units: 'prometheus@mon-1',
      what: 'scraping, rules and alerts',
      least: 11.7,
      most: 26.5,
      why: 'its stop, the replay of 812345 series, and 5 s until targets are handed out',
    },
  ],
  pairs: [
    {
      resource: 'Prometheus main',
      units: ['prometheus@mon-1', 'prometheus@mon-2'],
      restarts: [['prometheus@mon-1']],
    },
  ],
  oneWay: [
    {
      message:
        'prometheus@mon-1: 2.53.3 → 3.5.5: Prometheus supports no way back from 3 below 2.55 without losing data',
      hint: 'step through 2.55 first, where a way back is supported, or take a snapshot',
    },
  ],
  releases: [
    {
      component: 'node_exporter',
      version: '1.11.1',
      build: 'upstream',
      arch: 'amd64',
      sha256: 'ab'.repeat(32),
      source: 'github',
    },
  ],
  notes: [],
};

const look = (width: number) => ({ width, paint: plainly, diffs: true, verbose: false });
const many = (of: number): string[] => Array.from({ length: of }, (_, n) => `h${n + 1}`);
const both = 'prometheus@mon-1, prometheus@mon-2';

/** 498 hosts that change alike, a pair that restarts as one, and rules by the dozen. */
const LARGE: Plan = {
  ...PLAN,
  units: [
    ...['mon-1', 'mon-2'].map((host) => ({
      host,
      unit: 'prometheus',
      action: 'restart' as const,
      why: ['flag --query.timeout=1m added'],
      fromVersion: '3.5.5',
      toVersion: '3.5.5',
      diff: '',
    })),
    ...many(498).map((host) => ({
      host,
      unit: 'node_exporter',
      action: 'restart' as const,
      why: ['version 1.9.0 → 1.11.1'],
      fromVersion: '1.9.0',
      toVersion: '1.11.1',
      diff: '',
    })),
  ],
  targets: [{ prometheus: both, job: 'node', gained: many(40).map((host) => `${host}:9100`), lost: [] }],
  scrapes: [{ prometheus: both, job: 'node', before: 458, after: 498 }],
  rules: many(30).map((name) => ({
    prometheus: both,
    kind: 'record' as const,
    group: 'g',
    name: `job:${name}`,
    change: 'gained' as const,
    from: '',
    to: 'up',
  })),
  series: [{ prometheus: both, now: 500_000, change: 41_600, perCent: 8.3, measured: true }],
  gaps: [
    {
      units: both,
      what: 'scraping, rules and alerts',
      least: 5.2,
      most: null,
      why: 'its stop and the replay of its log',
    },
    {
      units: many(498)
        .map((host) => `node_exporter@${host}`)
        .join(', '),
      what: 'its metrics',
      least: 0,
      most: 1,
      why: 'at most one scrape is missed',
    },
  ],
  pairs: [
    {
      resource: 'Prometheus main',
      units: ['prometheus@mon-1', 'prometheus@mon-2'],
      restarts: [['prometheus@mon-1', 'prometheus@mon-2']],
    },
  ],
  oneWay: [],
  releases: [],
  notes: many(5).map((host) => ({
    file: 'rules/a.yml',
    line: 3,
    column: 5,
    message: `\`${host}\` is shown with every digit [raw-value]`,
  })),
};

const wrong = muchIsWrong();
/** What is left to wait for can only be mended by a person. */
const stuck = { ...wrong, hosts: wrong.hosts.filter(({ name }) => name !== 'web-1') };

const failedApply = (width: number): string[] => {
  const verdict = judgeChange(stuck);
  const lines = verdict.kind === 'failed' ? verdict.lines : [`judged ${verdict.kind}`];
  const fault = new Fault('unavailable', 'revision 7 is stored, but not every host is what it says', {
    findings: lines.map((message) => ({ message })),
    hint: 'mend it and apply again, or go back with "promfleet undo"; "promfleet status" shows the whole',
  });
  return renderFault(fault, width, plainly);
};

const download = { what: 'prometheus 3.5.5 amd64 from github', done: 41_000_000, total: 118_000_000 };
const live = (status = muchIsWrong()) => ({
  title: 'revision 7',
  status,
  downloads: [download],
  elapsedMs: 12_000,
  tick: 3,
});

const VIEWS: Record<string, (width: number) => readonly string[]> = {
  'status-well': (width) => renderStatus(allIsWell(), NOW, width, plainly),
  'status-wrong': (width) => renderStatus(muchIsWrong(), NOW, width, plainly),
  'status-empty': (width) => renderStatus({ ...allIsWell(), hosts: [], fleet: null }, NOW, width, plainly),
  host: (width) =>
    muchIsWrong()
      .hosts.slice(0, 1)
      .flatMap((host) => renderHost(host, NOW, width, plainly)),
  plan: (width) => renderPlan(PLAN, look(width)),
  'plan-large': (width) => renderPlan(LARGE, look(width)),
  'plan-nothing': (width) => renderPlan({ ...PLAN, changes: false }, look(width)),
  'apply-failed': failedApply,
  findings: (width) => renderFindings(FINDINGS, width, plainly),
  live: (width) => renderLive(live(), width, 24, plainly),
  'live-short': (width) => renderLive(live(), width, 6, plainly),
};

for (const [name, render] of Object.entries(VIEWS)) {
  for (const width of [80, 120]) {
    test(`${name} at ${width} columns`, async () => {
      const lines = render(width);
      await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(`golden/${name}-${width}.txt`);
    });
  }
}

test('what is drawn over and over is never wider or higher than the terminal', () => {
  for (const width of [48, 60, 80, 120]) {
    for (const height of [4, 10, 24]) {
      const lines = renderLive(live(), width, height, plainly);
      expect(lines.length).toBeLessThan(height);
      for (const line of lines) expect(Array.from(line).length).toBeLessThanOrEqual(width);
    }
  }
});

test('colours add nothing but escapes', () => {
  const coloured = renderStatus(muchIsWrong(), NOW, 100, inColour).join('\n');
  // oxlint-disable-next-line no-control-regex
  expect(coloured.replace(/\u001b\[\d*m/g, '')).toBe(renderStatus(muchIsWrong(), NOW, 100, plainly).join('\n'));
});

test('a backup that is late is said, one that nobody ever made is not', () => {
  const said = (backedUpAtMs: number | null) =>
    renderStatus({ ...wrong, controller: { ...wrong.controller, backedUpAtMs } }, NOW, 200, plainly).join('\n');
  expect(said(NOW - 49 * 3_600_000)).toBe(said(null));
  expect(said(NOW - 51 * 3_600_000)).toContain('The last backup of this controller was made 2d ago');
});

test('nothing is waited for while the controller is held', () => {
  const held = { ...wrong, converged: false, controller: { ...wrong.controller, held: true } };
  expect(judgeChange(held)).toEqual({ kind: 'failed', lines: HELD });
});
