import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, test } from 'vitest';
import { CATALOGUE } from '../../../../controller/catalogue/catalogue.ts';
import { finalLabels, visible } from '../../../../controller/fleet/relabel/final-labels.ts';
import { child, items, type Tree, textOf } from '../../../../controller/fleet/tree.ts';
import { readYamlFile } from '../../../../controller/fleet/yaml-file.ts';
import { ReleaseLibrary } from '../../../../controller/releases/library.ts';
import { openNetwork } from '../../../../controller/releases/network.ts';
import { eventually } from '../../../support/eventually.ts';
import { freePorts } from '../../../support/free-port.ts';
import { openFleet } from '../../../support/open-fleet.ts';
import { machineArch, type RealMirror, realMirror } from '../../../support/real-releases.ts';
import { temporaryDirectory } from '../../../support/temporary-directory.ts';

/** Entries of `relabel_configs`, each of a job of its own over the same targets. */
const RULES = [
  '{ target_label: instance, replacement: one }',
  "{ source_labels: [__address__], regex: '([^:]+):(\\d+)', target_label: host, replacement: '${1}-$2-$3-$$-$x' }",
  "{ source_labels: [site, tier], regex: '(?P<where>[a-z]+);(.*)', target_label: '${where}_label', replacement: '$2$where' }",
  "{ source_labels: [tier], regex: 'gone|', target_label: instance, replacement: '' }",
  '{ source_labels: [tier], target_label: site }',
  "{ source_labels: [tier], action: keep, regex: 'web|d.' }",
  "{ source_labels: [tier], action: Drop, regex: 'we' }, { source_labels: [site], action: drop, regex: '\\w+\\.\\w+' }",
  '{ source_labels: [__address__, site, __param_module, __param_own, __metrics_path__, __scheme__], action: hashmod, modulus: 18446744073709551557, target_label: shard }',
  '{ source_labels: [__address__], separator: "", action: hashmod, modulus: 7, target_label: shard }, { source_labels: [shard], action: keep, regex: "[0-3]" }',
  "{ action: labelmap, regex: '__(param|meta)_(.+)', replacement: 'asked_$2' }",
  "{ action: labeldrop, regex: 'ti.*|nothing' }, { action: labelkeep, regex: '__.*|job|site' }",
  '{ source_labels: [site], action: uppercase, target_label: SITE }, { source_labels: [SITE, tier], separator: X, action: lowercase, target_label: both }',
  '{ source_labels: [site], action: keepequal, target_label: tier }',
  '{ source_labels: [site], action: dropequal, target_label: tier }',
  "{ source_labels: [__address__], target_label: __param_target }, { source_labels: [__param_target], target_label: instance }, { target_label: __address__, replacement: '127.0.0.1:9' }",
  "{ source_labels: [job], regex: 'j(?:ob)?-?(\\d{1,2}?)(\\d)?', target_label: job, replacement: all$1 }",
  "{ source_labels: [site], regex: '[^\\s-]+?(\\S)[.\\]]?[a-c]*', target_label: last }",
];

const CONFIG = `scrape_configs:
${RULES.map(
  (rules, index) => `  - job_name: job-${index}
    scrape_timeout: 1s
    params: { module: [http_2xx, other], empty: [] }
    static_configs:
      - { targets: ["127.0.0.1:1", "127.0.0.1:2"] }
      - { targets: ["127.0.0.1:3"], labels: { site: ab.cd, tier: web, instance: mine } }
      - { targets: ["127.0.0.1:4"], labels: { site: db, tier: db, __metrics_path__: /x, __meta_own: "5", job: other } }
      - { targets: ["127.0.0.1:5"], labels: { site: West-b, tier: "", __param_own: icmp } }
    relabel_configs: [${rules}]
`,
).join('')}`;

/** The visible labels of every target that is left, sorted. */
function ours(): string[] {
  const { documents } = readYamlFile('p.yml', Buffer.from(CONFIG));
  return items(child(documents[0], 'scrape_configs')).flatMap(ofJob).sort();
}

function ofJob(job: Tree): string[] {
  const final = finalLabels(job) ?? assert.fail(`${textOf(child(job, 'job_name'))} is not followed`);
  return items(child(job, 'static_configs')).flatMap((group) => {
    const labels = child(group, 'labels');
    const own = (labels?.kind === 'map' ? labels.entries : []).map(
      ({ key, value }) => [key, textOf(value) ?? ''] as const,
    );
    return items(child(group, 'targets')).flatMap((target) => {
      const labels = final(textOf(target) ?? '', new Map(own));
      return labels ? [JSON.stringify(visible(labels))] : [];
    });
  });
}

let mirror: RealMirror;
beforeAll(async () => {
  mirror = await realMirror();
});
afterAll(() => mirror[Symbol.asyncDispose]());

test('every version ends up with the very labels that are worked out here', async () => {
  using fleet = openFleet();
  using directory = temporaryDirectory();
  const stopped = new AbortController();
  const library = new ReleaseLibrary({
    directory: join(directory.path, 'library'),
    releases: fleet.stores.releases,
    commit: fleet.commit,
    now: Date.now,
    onDownload: () => undefined,
    network: openNetwork({}, stopped.signal),
  });
  const component = CATALOGUE.get('prometheus') ?? assert.fail();
  writeFileSync(join(directory.path, 'p.yml'), CONFIG);
  for (const version of mirror.versions['prometheus'] ?? []) {
    const wanted = { component, version, arch: machineArch };
    const release = await library.obtain(wanted, [{ kind: 'mirror', url: mirror.url }]);
    await compare(await library.unpacked(release.sha256), directory.path, version);
  }
  stopped.abort();
});

interface Said {
  readonly data: { readonly activeTargets: readonly { readonly labels: Record<string, string> }[] };
}

async function compare(programs: string, directory: string, version: string): Promise<void> {
  const [port] = await freePorts(1);
  const argv = [
    `--config.file=${directory}/p.yml`,
    `--storage.tsdb.path=${directory}/tsdb-${version}`,
    `--web.listen-address=127.0.0.1:${port}`,
  ];
  const child = spawn(join(programs, 'prometheus'), argv, { stdio: 'ignore' });
  const ended = new Promise((done) => child.once('exit', done));
  try {
    await eventually(async () => {
      const answer = await fetch(`http://127.0.0.1:${port}/api/v1/targets?state=active`);
      const { data } = (await answer.json()) as Said;
      // Its jobs come a few seconds after it answers, one after the other.
      const said = data.activeTargets.map(({ labels }) => JSON.stringify(visible(new Map(Object.entries(labels)))));
      assert.deepEqual(ours(), said.sort(), version);
    }, 20_000);
  } finally {
    child.kill('SIGKILL');
    await ended;
  }
}
