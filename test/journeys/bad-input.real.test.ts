import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, test } from 'vitest';
import type { StatusView } from '../../controller/http/views.ts';
import { QuickStart } from '../support/quick-start.ts';
import { type RealMirror, realMirror } from '../support/real-releases.ts';
import { refusal } from './untouched.ts';

describe('bad input, as an operator meets it: the message is whole, and nothing is touched', () => {
  const life = new AsyncDisposableStack();
  let fleet: QuickStart;
  let mirror: RealMirror;
  let host: string;
  let prometheus: string;
  let nodeExporter: string;

  beforeAll(async () => {
    // Messages are compared whole: they must not be broken where a long path ends.
    process.env['COLUMNS'] = '1000';
    mirror = life.use(await realMirror());
    fleet = life.use(await QuickStart.create());
    fleet.writeFleet(mirror.url);
    const { code, stdout, stderr } = await fleet.up();
    assert.equal(code, 0, stdout + stderr);
    host = (await fleet.get<StatusView>('/v1/status')).hosts[0]?.name ?? '';
    [prometheus, nodeExporter] = [
      mirror.versions['prometheus']?.[0] ?? '',
      mirror.versions['node_exporter']?.[0] ?? '',
    ];
  });
  afterAll(() => life.disposeAsync());

  /** The fleet with one thing changed in it. */
  function spoilt(path: string, change: (text: string) => string): string {
    const folder = join(fleet.directory, 'spoilt');
    rmSync(folder, { recursive: true, force: true });
    cpSync(fleet.folder, folder, { recursive: true });
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), change(readFileSync(join(folder, path), 'utf8')));
    return folder;
  }
  const inKind = (kind: string, change: (text: string) => string) =>
    spoilt('fleet.yaml', (text) =>
      text
        .split('---\n')
        .map((document) => (document.includes(`kind: ${kind}\n`) ? change(document) : document))
        .join('---\n'),
    );
  const withKey = (kind: string, line: string) =>
    inKind(kind, (text) => text.replace('hosts: all', `hosts: all\n${line}`));
  const apply = (folder: string, ...more: string[]) =>
    fleet.run('apply', '-f', folder, '--folder-name', 'fleet', '--yes', ...more);
  const refusedApply = async (folder: string, ...more: string[]) =>
    (await refusal(fleet, () => apply(folder, ...more))).replaceAll(`${folder}/`, '');
  const refused = (...args: string[]) => refusal(fleet, () => fleet.run(...args));
  const oneError = (what: string) =>
    `${what}\n\npromfleet: cannot plan the fleet: there is 1 error in it\n    nothing was changed\n`;

  test('a prometheus.yml that Prometheus does not take: promtool’s words at the operator’s line', async () => {
    const wrong = (text: string) => refusedApply(spoilt('prometheus.yml', () => text));
    assert.equal(
      await wrong('global:\n  scrape_interval: 1s\n  scrape_intervall: 5s\n'),
      oneError(
        `prometheus.yml:3:3: promtool ${prometheus}: field scrape_intervall not found in type config.plain\n    did you mean \`scrape_interval\`?`,
      ),
    );
    assert.equal(
      await wrong('global:\n  scrape_interval: 1x\n'),
      oneError(`prometheus.yml:2:20: promtool ${prometheus}: unknown unit "x" in duration "1x"`),
    );
    assert.equal(
      await wrong('global:\n\tscrape_interval: 1s\n'),
      oneError('prometheus.yml:2:1: cannot read YAML: a tab is no indentation\n    use spaces'),
    );
  });

  test('a rule file that does not parse', async () => {
    const rules = 'groups:\n  - name: up\n    rules:\n      - record: a\n        expr: sum(\n';
    assert.equal(
      await refusedApply(spoilt('rules/up.yml', () => rules)),
      oneError(
        `rules/up.yml:5:19: promtool ${prometheus}: group "up", rule 1, "a": could not parse expression: unclosed left parenthesis`,
      ),
    );
  });

  test('flags that this version does not have, or does not take so', async () => {
    assert.equal(
      await refusedApply(withKey('Prometheus', 'flags: { storage.tsdb.allow-overlapping-blocks: true }')),
      oneError(
        `fleet.yaml:14:10: prometheus ${prometheus} refuses this flag: unknown long flag '--storage.tsdb.allow-overlapping-blocks'\n    it was removed, or never was`,
      ),
    );
    assert.equal(
      await refusedApply(withKey('Exporter', 'flags: { web.config: web.yml }')),
      oneError(
        `fleet.yaml:9:10: node_exporter ${nodeExporter} refuses this flag: unknown long flag '--web.config'\n    did you mean \`web.config.file\`? write \`endpoint_security:\``,
      ),
    );
    assert.equal(
      await refusedApply(withKey('Prometheus', 'flags: { web.enable-admin-api: "false" }')),
      oneError(
        'fleet.yaml:14:32: a flag takes no value "false"\n    write false without quotes: it becomes --no-web.enable-admin-api',
      ),
    );
  });

  test('versions: without quotes, and one that no source has', async () => {
    assert.equal(
      await refusedApply(withKey('Prometheus', 'version: 2.50')),
      oneError(
        'fleet.yaml:14:10: `version` must be in quotes: without them YAML reads 2.50 as the number 2.5\n    write version: "2.50"',
      ),
    );
    const arch = (await fleet.get<StatusView>('/v1/status')).hosts[0]?.facts.arch;
    assert.equal(
      await refusedApply(withKey('Prometheus', 'version: "9.9.9"')),
      oneError(
        `fleet.yaml:14:10: cannot get prometheus 9.9.9 for ${arch}: mirror ${mirror.url} lacks prometheus 9.9.9 for ${arch}, it has ${mirror.versions['prometheus']?.join(', ')}\n    write a version that one of the sources has`,
      ),
    );
  });

  test('misspelt keys, kinds and components are told with the right word, all at once', async () => {
    const folder = spoilt('fleet.yaml', (text) =>
      text.replace('port:', 'prot:').replace('kind: Prometheus', 'kind: Promtheus'),
    );
    assert.equal(
      await refusedApply(folder),
      `fleet.yaml:9:1: Exporter has no key \`prot\`
    did you mean \`port\`?
fleet.yaml:11:7: there is no kind \`Promtheus\`
    did you mean \`Prometheus\`?

promfleet: cannot plan the fleet: there are 2 errors in it
    nothing was changed
`,
    );
    assert.equal(
      await refusedApply(
        inKind('Exporter', (text) => text.replace('component: node_exporter', 'component: node_exportr')),
      ),
      oneError('fleet.yaml:7:12: there is no component `node_exportr`\n    did you mean `node_exporter`?'),
    );
  });

  test('a reference that leads nowhere; two things on one port', async () => {
    assert.equal(
      await refusedApply(inKind('Prometheus', (text) => text.replace('exporter: node', 'exporter: nod'))),
      oneError('fleet.yaml:17:30: there is no Exporter `nod`\n    did you mean `node`?'),
    );
    const { prometheus: port, nodeExporter: other } = fleet.ports;
    assert.equal(
      await refusedApply(inKind('Exporter', (text) => text.replace(`${other}`, `${port}`))),
      oneError(
        `fleet.yaml:14:7: Prometheus main and Exporter node (fleet.yaml:9) both take port ${port} on host ${host}\n    give one of them another \`port:\``,
      ),
    );
  });

  test('an apply that another one overtook', async () => {
    const { stdout } = await fleet.run('plan', '-f', fleet.folder, '-o', 'json');
    const { base } = JSON.parse(stdout) as { base: { epoch: number; number: number } };
    const { hosts } = await fleet.get<StatusView>('/v1/status');
    assert.equal(`${base.number}`, hosts[0]?.wantedRevision);
    const files = ['fleet.yaml', 'prometheus.yml', 'rules/up.yml'].map((path) => ({
      path,
      content: readFileSync(join(fleet.folder, path)).toString('base64'),
    }));
    const older = { ...base, number: base.number - 1 };
    const said = await refusal(fleet, async () => {
      const answer = await fleet.send('PUT', '/v1/fleet', { folder: 'fleet', files, base: older });
      return { code: answer.status === 409 ? 1 : 0, stdout: '', stderr: answer.text };
    });
    assert.deepEqual(JSON.parse(said), {
      code: 'conflict',
      message: `cannot apply: it was planned against revision ${older.number}, and revision ${base.number} is newer`,
      hint: 'run "promfleet plan" again to see what it would do now, then apply',
    });
  });

  test('removals beyond the limit, and an empty folder, with the flags that would allow them', async () => {
    const without = spoilt('fleet.yaml', (text) => text.split('---\n').slice(0, 2).join('---\n'));
    for (const path of ['prometheus.yml', 'rules']) rmSync(join(without, path), { recursive: true });
    assert.equal(
      await refusedApply(without),
      `prometheus@${host} would be removed

promfleet: cannot apply: it would remove a Prometheus
    if that is meant, apply with --allow-remove 1; data on the hosts is kept
`,
    );
    assert.equal(
      await refusedApply(without, '--allow-remove', 'x'),
      'promfleet: cannot use --allow-remove x: it is no whole number\n',
    );
    const empty = spoilt('fleet.yaml', () => '');
    for (const path of ['fleet.yaml', 'prometheus.yml', 'rules']) rmSync(join(empty, path), { recursive: true });
    assert.equal(
      await refusedApply(empty),
      `promfleet: cannot apply: there are no resources in the folder, and what came from it is running
    is it the right folder? If it is, to remove everything that came from it, apply with --allow-empty --allow-remove 2
`,
    );
    assert.equal(
      await refusedApply(empty, '--allow-empty'),
      `node_exporter@${host} would be removed
prometheus@${host} would be removed

promfleet: cannot apply: it would remove 2 of 2 units
    if that is meant, apply with --allow-remove 2; data on the hosts is kept
`,
    );
  });

  test('names that are not there', async () => {
    const nowhere = join(fleet.directory, 'nowhere');
    assert.equal(
      await refused('apply', '-f', nowhere, '--yes'),
      `promfleet: cannot read the folder ${nowhere}: it is not there\n`,
    );
    assert.equal(
      await refused('restart', 'node_exportr', '--on', 'all'),
      'promfleet: there is no unit node_exportr on any host\n    did you mean `node_exporter`?\n',
    );
    assert.equal(
      await refused('restart', 'prometheus@db-1'),
      'promfleet: there is no host db-1\n    write `all`, the name of a host, or `label=value`\n',
    );
    assert.equal(
      await refused('logs', `promtheus@${host}`),
      `promfleet: cannot read logs of promtheus@${host}: there is no such unit\n    it has node_exporter, prometheus\n`,
    );
    assert.equal(
      await refused('logs', 'prometheus@db-1'),
      'promfleet: cannot read logs of prometheus@db-1: no host of that name is enrolled\n    run "promfleet hosts" to see them\n',
    );
    assert.equal(
      await refused('reload', `node_exporter@${host}`),
      `✗ node_exporter@${host}  cannot reload node_exporter: node_exporter can’t reload; restart it instead\n`,
    );
  });

  // Last: what is stopped is no longer converged in the way that the others compare.
  test('a unit that an operator stopped is not started by an apply that does not say so', async () => {
    await fleet.must('stop', `node_exporter@${host}`);
    const { code, stderr } = await apply(fleet.folder);
    assert.equal(code, 1);
    assert.equal(
      stderr.replace(/unix:[^\s:]+/g, 'unix:ME'),
      `node_exporter@${host} was stopped by unix:ME: an apply is refused while it is
    start it, or apply with --discard-overrides
Nothing to do: every unit is wanted as it is.
node_exporter@${host} was stopped by unix:ME

promfleet: cannot apply: it would start 1 unit that an operator stopped
    start them with "promfleet start UNIT --on HOST", or apply with --discard-overrides to start them all
`,
    );
    await fleet.must('apply', '-f', fleet.folder, '--yes', '--discard-overrides');
    assert.equal((await fleet.get<StatusView>('/v1/status')).converged, true);
  });
});
