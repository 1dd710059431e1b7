import assert from 'node:assert/strict';
import { test } from 'vitest';
import { checkFolder } from '../../../controller/fleet/check-folder.ts';
import { inLayers } from '../../../controller/fleet/layers.ts';
import { previewFleet } from '../../../controller/fleet/preview.ts';
import { readFleet } from '../../../controller/fleet/read-fleet.ts';
import { placeIn } from '../../../controller/fleet/resource.ts';
import { toValue } from '../../../controller/fleet/tree.ts';
import { previewUndo, undoFleet } from '../../../controller/fleet/undo.ts';
import { readResources } from '../../../controller/http/resources.ts';
import { Fault } from '../../../proto/fault.ts';
import { type Files, folderOf, NODE, showFindings } from '../../support/fleet-folder.ts';
import { openFleet } from '../../support/open-fleet.ts';

const LAYERS = ['base', 'prod'];
const layered = (files: Files) => inLayers(LAYERS, folderOf(files));
const read = (files: Files) => readFleet([{ folder: 'prod', shownAs: '', files: layered(files) }]);
const documents = (files: Files) => {
  const { fleet, findings } = read(files);
  assert.equal(showFindings(findings), '');
  return fleet.resources.map(({ tree }) => toValue(tree));
};

test('a later document of the same kind and name overrides by key: mappings deep, lists whole, null takes a key away', () => {
  const base = `${NODE}hosts: [a, b]\nflags: { collector.wifi: false, log.level: info }\nlimits: { memory: 64MB }\nport: 9200\n`;
  const prod =
    'kind: Exporter\nname: node\nhosts: [c]\nflags: { log.level: debug, web.max-requests: 3 }\nlimits: { memory: null }\nport: null\n';
  assert.deepEqual(documents({ 'base/fleet.yaml': base, 'prod/fleet.yaml': prod }), [
    {
      kind: 'Exporter',
      name: 'node',
      component: 'node_exporter',
      hosts: ['c'],
      flags: { 'collector.wifi': false, 'log.level': 'debug', 'web.max-requests': 3 },
      limits: {},
    },
  ]);
  assert.deepEqual(
    documents({ 'base/f.yaml': 'kind: Fleet\nname: base\n', 'prod/f.yaml': 'kind: Fleet\nname: production\n' }),
    [{ kind: 'Fleet', name: 'production' }],
    'a fleet has one Fleet: the later layer may name it',
  );
});

test('every part keeps the place at which it was written', () => {
  const { fleet } = read({
    'base/fleet.yaml': `${NODE}port: 9200\nflags:\n  log.level: info\n`,
    'prod/more/node.yaml': 'kind: Exporter\nname: node\nflags:\n  log.level: debug\n  log.format: json\nhosts: all\n',
  });
  const [node] = fleet.resources;
  assert.ok(node);
  const places = [['component'], ['port'], ['flags', 'log.level'], ['flags', 'log.format'], ['hosts']].map((path) => {
    const { file, line, column } = placeIn(node, ...path);
    return `${file}:${line}:${column}`;
  });
  assert.deepEqual(places, [
    'base/fleet.yaml:3:12',
    'base/fleet.yaml:4:7',
    'prod/more/node.yaml:4:14',
    'prod/more/node.yaml:5:15',
    'prod/more/node.yaml:6:8',
  ]);
});

test('what is wrong is told once, in the layer that wrote it; twins in one layer stay an error, in any of them', () => {
  const said = showFindings(
    checkFolder(
      layered({
        'base/fleet.yaml': `${NODE}prot: 1\nport: none\n---\nkind: Exporter\nname: other\ncomponent: pushgateway\n---\nkind: Exporter\nname: other\ncomponent: pushgateway\n`,
        'prod/fleet.yaml':
          'kind: Exporter\nname: node\nport: 9100\ndrift: never\n---\nkind: Exporter\nname: node\nhosts: all\n---\nkind: Exporter\nname: nod\nhosts: all\n',
        'prod/stray.yaml': 'a: 1\n',
      }),
    ).findings,
  );
  assert.equal(
    said,
    `base/fleet.yaml:4:1: Exporter has no key \`prot\`
    did you mean \`port\`?
base/fleet.yaml:12:1: Exporter other is written twice; the other is at base/fleet.yaml:8
    give one of the two another name
prod/fleet.yaml:4:8: \`drift\` must be \`repair\` or \`report\`, not \`never\`
prod/fleet.yaml:7:1: Exporter node is written twice in one layer; the other is at prod/fleet.yaml:2
    a layer overrides what the layers below it say, not itself: keep one of the two
prod/fleet.yaml:10:1: Exporter needs \`component\`: the name of a component, such as node_exporter
    or \`custom:\`, for a program of your own
prod/fleet.yaml:11:1: no layer below has Exporter nod: this overrides nothing
    did you mean \`node\`?
prod/stray.yaml:1:1: this document has no \`kind\`
    begin it with \`kind:\`, or name the file under \`config:\` or \`rules:\` of the Prometheus that it belongs to`,
  );
});

const MAIN = 'kind: Prometheus\nname: main\nhosts: [a]\nconfig: prometheus.yml\nrules: [rules/*.yml]\n';
const FILES = {
  'base/fleet.yaml': MAIN,
  'base/prometheus.yml': 'global: { scrape_interval: 30s }\n',
  'base/rules/up.yml': 'groups: []\n',
};
const shipped = (fleet: ReturnType<typeof openFleet>): Record<string, string> =>
  Object.fromEntries(
    (fleet.stores.specs.find('a')?.spec.units[0]?.files ?? []).map(({ path, content }) => [
      path,
      Buffer.from(content).toString('utf8'),
    ]),
  );

test('files that a document names lie on top of each other: of one path the highest layer’s, of a pattern all', async () => {
  using fleet = openFleet();
  fleet.enrol('a');
  await fleet.apply(
    {
      ...FILES,
      'prod/fleet.yaml': 'kind: Prometheus\nname: main\nretention: { time: 30d }\n',
      'prod/rules/own.yml': '# own\n',
    },
    { folder: 'prod', layers: LAYERS },
  );
  assert.match(shipped(fleet)['prometheus.yml'] ?? '', /scrape_interval: 30s/);
  assert.deepEqual(Object.keys(shipped(fleet)), ['prometheus.yml', 'rules/own.yml', 'rules/up.yml']);
  await fleet.apply(
    { ...FILES, 'prod/prometheus.yml': 'global: { scrape_interval: 5s }\n', 'prod/rules/up.yml': '# other\n' },
    { folder: 'prod', layers: LAYERS },
  );
  assert.match(shipped(fleet)['prometheus.yml'] ?? '', /scrape_interval: 5s/);
  assert.equal(shipped(fleet)['rules/up.yml'], '# other\n');
});

test('a revision carries its layers: it is shown and gone back to as they made it', async () => {
  using fleet = openFleet();
  fleet.enrol('a');
  const node = (files: Files) => fleet.apply(files, { folder: 'prod', layers: LAYERS });
  const over = (version: string) => `kind: Exporter\nname: node\nversion: "${version}"\n`;
  await node({ 'base/fleet.yaml': NODE, 'prod/fleet.yaml': over('1.5.0') });
  await node({ 'base/fleet.yaml': NODE, 'prod/fleet.yaml': over('1.9.0') });
  assert.deepEqual(fleet.wanted(), { 'node_exporter@a': '1.9.0' });
  const same = await node({ 'base/fleet.yaml': NODE, 'prod/fleet.yaml': over('1.9.0') });
  assert.equal(same.revision.number, 2, 'the same layers are no change');
  const [shown] = readResources(fleet.stores.revisions.files({ epoch: 1, number: 2 }));
  assert.deepEqual(shown, {
    kind: 'Exporter',
    name: 'node',
    folder: 'prod',
    file: 'base/fleet.yaml',
    line: 1,
    overriddenIn: ['prod/fleet.yaml'],
    document: { kind: 'Exporter', name: 'node', component: 'node_exporter', version: '1.9.0' },
  });
  assert.equal((await previewUndo(fleet, undefined)).filesChange, true);
  await undoFleet(fleet, undefined, 'ann');
  assert.deepEqual(fleet.wanted(), { 'node_exporter@a': '1.5.0' });
  await fleet.apply(
    { 'more.yaml': `${NODE.replace('name: node', 'name: more')}unit: more\nport: 9300\n` },
    { folder: 'more' },
  );
  assert.deepEqual(Object.keys(fleet.wanted()), ['more@a', 'node_exporter@a'], 'other folders keep their layers');
});

test('a plan says when the layers are not those of the last apply; layers that are none are refused', async () => {
  using fleet = openFleet();
  fleet.enrol('a');
  const over = 'kind: Exporter\nname: node\ncomponent: node_exporter\nport: 9101\n';
  await fleet.apply({ 'base/fleet.yaml': NODE, 'prod/fleet.yaml': over }, { folder: 'prod', layers: LAYERS });
  const request = { folder: 'prod', files: folderOf({ 'fleet.yaml': over }), discardOverrides: false };
  const { plan } = await previewFleet(fleet, request);
  assert.equal(plan.notes[0]?.message, '“prod” was applied as the layers base, prod, and is given without layers here');
  const refused = (layers: string[], path: string) => {
    try {
      inLayers(layers, [{ path }]);
    } catch (error) {
      return error instanceof Fault ? `${error.message}: ${error.hint}` : String(error);
    }
    return '';
  };
  assert.equal(
    refused(['base', 'prod'], 'dev/a.yml'),
    'cannot take "dev/a.yml": it is of none of the layers: its path must begin with one of base/, prod/',
  );
  assert.match(refused(['a', 'a'], 'a/x'), /cannot take the layers a, a: "a" can't be one/);
  assert.match(refused(['..'], '../x'), /"\.\." can't be one/);
  assert.match(refused(['a', 'b'], 'fleet.yml'), /of none of the layers/);
});
