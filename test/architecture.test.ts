import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const IMPORT = /^(?:import|export)\s[^;]*?from\s+'([^']+)'|^import\s+'([^']+)'|\bimport\('([^']+)'\)/gm;
const CLOCK_OR_CHANCE = /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bset(?:Timeout|Interval)\(|\bprocess\./;
const FILE_CAP = 300;
const TEST_FILE_CAP = 400;

/** `from` must not import `never`. Paths are prefixes; bare names are packages. */
const RULES = [
  { from: 'proto/', never: ['agent/', 'controller/'], because: 'the contract knows neither side' },
  {
    from: 'agent/',
    never: ['controller/', 'better-sqlite3', 'ws', 'zod', '@lezer/common', '@lezer/lr', '@prometheus-io/lezer-promql'],
    because: 'an agent stays light',
  },
  { from: 'agent/reconcile/', never: ['agent/uplink/'], because: 'a host is kept right with or without a controller' },
  { from: 'controller/', never: ['agent/'], because: 'the two sides meet only in proto/' },
  { from: 'controller/catalogue/', never: ['controller/fleet/', 'controller/releases/'], because: 'it is data' },
  ...['fleet', 'enrolment', 'releases', 'secrets'].map((useCase) => ({
    from: `controller/${useCase}/`,
    never: ['controller/rpc/', 'controller/http/', 'controller/cli/', 'controller/sessions/'],
    because: 'use cases do not know who calls',
  })),
  {
    from: 'controller/store/',
    never: ['controller/rpc/', 'controller/http/', 'controller/sessions/', 'controller/fleet/'],
    because: 'storage announces nothing and decides nothing',
  },
  { from: 'controller/rpc/', never: ['controller/http/'], because: 'the two ways in do not know each other' },
  { from: 'controller/http/', never: ['controller/rpc/'], because: 'the two ways in do not know each other' },
  {
    from: 'controller/cli/',
    never: ['controller/store/', 'better-sqlite3', 'controller/rpc/', 'controller/sessions/', 'controller/enrolment/'],
    because: 'the CLI is one more HTTP client',
  },
  {
    from: 'controller/web/',
    never: ['controller/store/', 'controller/rpc/', 'controller/fleet/', 'node:'],
    because: 'the page is one more HTTP client',
  },
];

/** Pure: no I/O, clock or chance, directly or through imports. A folder stands for all its files. */
const PURE = [
  'proto/fault.ts',
  'proto/spec.ts',
  'proto/report.ts',
  'proto/message.ts',
  'proto/digest.ts',
  'proto/revision.ts',
  'proto/narrowing.ts',
  'proto/nearest.ts',
  'proto/secrets.ts',
  'agent/narrowing/settings.ts',
  'agent/narrowing/digest-list.ts',
  'agent/narrowing/read-settings.ts',
  'agent/backoff.ts',
  'agent/scripts/judge-run.ts',
  'agent/install/judge-disk.ts',
  'agent/install/layout.ts',
  'agent/install/prune.ts',
  'agent/install/room.ts',
  'agent/reconcile/loss.ts',
  'agent/reconcile/observed.ts',
  'agent/reconcile/progress.ts',
  'agent/reconcile/plan.ts',
  'agent/reconcile/refuse.ts',
  'agent/reconcile/refuse-secrets.ts',
  'agent/reconcile/step.ts',
  'agent/reconcile/telling-lines.ts',
  'agent/reconcile/wanted.ts',
  'agent/state/unit-record.ts',
  'agent/uplink/renewal.ts',
  'controller/catalogue/',
  'controller/downloads/install-script.ts',
  'controller/downloads/manifest.ts',
  'controller/events/event.ts',
  'agent/supervise/lifecycle.ts',
  'agent/supervise/launch-refusal.ts',
  'controller/enrolment/join-token.ts',
  'proto/duration.ts',
  'controller/enrolment/labels.ts',
  'controller/enrolment/check-facts.ts',
  'proto/clock-skew.ts',
  'controller/enrolment/judge-host.ts',
  'controller/fleet/kinds/',
  'controller/fleet/format/',
  'controller/fleet/json-schema/',
  'controller/fleet/layers.ts',
  'controller/fleet/read-fleet.ts',
  'controller/fleet/note-units.ts',
  'controller/fleet/inventory.ts',
  'controller/fleet/place-units.ts',
  'controller/fleet/resolve.ts',
  'controller/fleet/unit-parts.ts',
  'controller/fleet/link-thanos.ts',
  'controller/fleet/render-thanos.ts',
  'controller/fleet/render-units.ts',
  'controller/fleet/slo/',
  'controller/releases/fetchable.ts',
  'controller/fleet/render.ts',
  'controller/sessions/epoch.ts',
  'controller/sessions/boots.ts',
  'agent/state/controllers.ts',
  'controller/sessions/changes.ts',
  'agent/supervise/metric-sums.ts',
  'agent/supervise/restart-counts.ts',
  'agent/supervise/systemd-unit.ts',
  'agent/supervise/systemd-tool.ts',
  'controller/fleet/compare.ts',
  'controller/fleet/unified-diff.ts',
  'controller/fleet/check-folder.ts',
  'controller/fleet/lint/',
  'controller/fleet/promql/',
  'controller/fleet/radius/compare-rules.ts',
  'controller/fleet/radius/radius.ts',
  'controller/fleet/radius/gaps.ts',
  'controller/fleet/radius/one-way.ts',
  'controller/fleet/radius/series.ts',
  'controller/fleet/relabel/',
  'controller/fleet/switches.ts',
  'controller/fleet/serving.ts',
  'controller/fleet/render-tls.ts',
  'controller/fleet/check-security.ts',
  'controller/fleet/note-security.ts',
  'controller/fleet/link-units.ts',
  'controller/fleet/targets-as-said.ts',
  'controller/fleet/check-secrets.ts',
  'controller/fleet/named-secrets.ts',
  'controller/fleet/check-paths.ts',
  'controller/fleet/brakes.ts',
  'controller/fleet/tool-output.ts',
  'controller/fleet/flags.ts',
  'controller/releases/source.ts',
  'controller/releases/version-order.ts',
  'controller/releases/upstream-layout.ts',
  'controller/releases/checksums.ts',
  'controller/releases/archive-entry.ts',
  'controller/releases/apt/debian-version.ts',
  'controller/releases/apt/package.ts',
  'controller/releases/apt/mirror-choice.ts',
  'controller/web/format.ts',
  'controller/web/query-result.ts',
  'controller/web/verdict.ts',
  'controller/http/views.ts',
  'controller/http/plan-schema.ts',
  'controller/http/schemas.ts',
  'controller/http/host-facts-schema.ts',
  'controller/http/match.ts',
  'controller/http/metrics.ts',
  'controller/http/openapi.ts',
  'controller/cli/format.ts',
  'controller/cli/paint.ts',
  'controller/cli/table.ts',
  'controller/cli/findings.ts',
  'controller/cli/unit-line.ts',
  'controller/cli/status-view.ts',
  'controller/cli/host-view.ts',
  'controller/cli/plan-view.ts',
  'controller/cli/radius-view.ts',
  'controller/cli/live-view.ts',
  'controller/cli/verdict.ts',
];
const PURE_PACKAGES = [
  '@prometheus-io/lezer-promql',
  'yaml',
  'zod',
  'diff',
  'node:crypto',
  'node:path/posix',
  'node:buffer',
];

const TOPS = ['proto', 'agent', 'controller', 'installers', 'test'].filter((top) => existsSync(join(ROOT, top)));
const sources = TOPS.flatMap((top) =>
  readdirSync(join(ROOT, top), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(ts|tsx|mjs)$/.test(file))
    .map((file) => join(top, file))
    .filter((file) => !file.startsWith('proto/gen/')),
);
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');
const importsOf = (file: string) =>
  [...read(file).matchAll(IMPORT)]
    .filter((match) => !match[0].startsWith('import type') && !match[0].startsWith('export type'))
    .map((match) => (match[1] ?? match[2] ?? match[3]) as string)
    .map((to) => (to.startsWith('.') ? relative(ROOT, normalize(join(ROOT, dirname(file), to))) : to));

for (const { from, never, because } of RULES) {
  test(`${from} imports none of ${never.join(', ')}: ${because}`, () => {
    const broken = sources
      .filter((file) => file.startsWith(from))
      .flatMap((file) =>
        importsOf(file)
          .filter((to) => never.some((no) => to === no || (/[/:]$/.test(no) && to.startsWith(no))))
          .map((to) => `${file} -> ${to}`),
      );
    assert.deepEqual(broken, []);
  });
}

test('an agent reads YAML in one place, and loads what it takes only there and then', () => {
  const own = sources.filter((file) => file.startsWith('agent/'));
  const reader = 'agent/narrowing/read-settings.ts';
  assert.deepEqual(
    own.filter((file) => importsOf(file).includes('yaml')),
    [reader],
  );
  assert.deepEqual(
    own.filter((file) => /^import .*read-settings\.ts'/m.test(read(file))),
    [],
  );
});

for (const place of PURE) {
  test(`${place} is pure: no I/O, clock or chance, directly or through what it imports`, () => {
    const files = sources.filter((file) => (place.endsWith('/') ? file.startsWith(place) : file === place));
    assert.notEqual(files.length, 0, `${place} is not there`);
    const seen = new Set<string>();
    const visit = (file: string): void => {
      if (seen.has(file)) return;
      seen.add(file);
      assert.doesNotMatch(read(file), CLOCK_OR_CHANCE, file);
      for (const to of importsOf(file)) {
        if (PURE_PACKAGES.includes(to)) continue;
        assert.match(to, /^(proto|agent|controller)\//, `${file} imports ${to}`);
        if (!to.startsWith('proto/gen/')) visit(to);
      }
    };
    files.forEach(visit);
  });
}

test('nobody imports the wiring', () => {
  const wiring = [
    'agent/main.ts',
    'agent/run.ts',
    'controller/main.ts',
    'controller/run.ts',
    'controller/with-database.ts',
  ];
  const broken = sources
    .filter((file) => !wiring.includes(file) && !file.startsWith('test/'))
    .flatMap((file) =>
      importsOf(file)
        .filter((to) => wiring.includes(to))
        .map((to) => `${file} -> ${to}`),
    );
  assert.deepEqual(
    broken.filter((line) => !line.startsWith('controller/cli/commands/controller.ts')),
    [],
  );
});

test(`no file is longer than ${FILE_CAP} lines, no test than ${TEST_FILE_CAP}`, () => {
  const capOf = (file: string) => (file.startsWith('test/') ? TEST_FILE_CAP : FILE_CAP);
  const long = sources.filter((file) => read(file).split('\n').length > capOf(file) + 1);
  assert.deepEqual(long, []);
});
