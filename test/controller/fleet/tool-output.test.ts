import assert from 'node:assert/strict';
import { test } from 'vitest';
import { buildInventory } from '../../../controller/fleet/inventory.ts';
import { sortFindings } from '../../../controller/fleet/place.ts';
import { type PlacedUnit, placeUnits } from '../../../controller/fleet/place-units.ts';
import { renderPrometheus } from '../../../controller/fleet/render.ts';
import {
  explainRefusal,
  flagsInHelp,
  readTool,
  refusalIn,
  sentencesIn,
} from '../../../controller/fleet/tool-output.ts';
import { enrolled, readFiles, showFindings } from '../../support/fleet-folder.ts';

function subject(config: string) {
  const { fleet } = readFiles({
    'fleet.yml': `kind: Prometheus
name: main
config: conf/p.yml
rules: [alerts/*.yml]
flags:
  log.level: loud
  web.enable-lifecycle: false
  storage.tsdb.retention.tim: 3d
`,
    'conf/p.yml': config,
    'alerts/a.yml': 'groups: []\n',
    'alerts/b.yml': 'groups: []\n',
    'alerts/c.yml': 'groups:\n- name: minute\n  rules:\n  - alert: X\n    expr: up\n    for: 1 minute\n',
  });
  const placed = placeUnits(fleet, buildInventory(fleet, enrolled({ a: {} })), [], false);
  const unit = placed.units[0] as PlacedUnit<'Prometheus'>;
  return { unit, resource: unit.resource, rendered: renderPrometheus(fleet, unit, placed.units) };
}

test('what promtool says of the rendered files is said of the operator’s own lines', () => {
  const { resource, rendered } = subject('# first\nglobal:\n  scrap_interval: 5s\n  scrape_timeout: 5x\n');
  const told = (output: string): string => showFindings(readTool(output, resource, rendered, 'promtool 2.42.0'));
  assert.equal(
    told(`Checking prometheus.yml
  FAILED: parsing YAML file prometheus.yml: yaml: unmarshal errors:
  line 2: field scrap_interval not found in type config.plain
`),
    'conf/p.yml:3:3: promtool 2.42.0: field scrap_interval not found in type config.plain\n    did you mean `scrape_interval`?',
  );
  assert.equal(
    told('Checking prometheus.yml\n  FAILED: parsing YAML file prometheus.yml: not a valid duration string: "5x"\n'),
    'conf/p.yml:4:19: promtool 2.42.0: not a valid duration string: "5x"',
  );
  assert.equal(
    told('Checking prometheus.yml\n  FAILED: parsing YAML file prometheus.yml: something else\n'),
    'fleet.yml:3:9: promtool 2.42.0: something else',
  );
});

test('where a rule file stops being YAML is told by the file, for the tool names where the broken block began', () => {
  const { fleet } = readFiles({
    'fleet.yml': 'kind: Prometheus\nname: main\nrules: [r/*.yml]\n',
    'r/a.yml':
      'groups:\n- name: a\n  rules:\n  - alert: Down\n    expr: up == 0\n    for: 1m\n   labels: { severity: page }\n',
    'r/b.yml': 'groups: []\n',
  });
  const placed = placeUnits(fleet, buildInventory(fleet, enrolled({ a: {} })), [], false);
  const unit = placed.units[0] as PlacedUnit<'Prometheus'>;
  const rendered = renderPrometheus(fleet, unit, placed.units);
  const output = `Checking rules/r/a.yml
Checking rules/r/b.yml
  FAILED:
RULES: yaml: line 3: did not find expected '-' indicator
`.replaceAll(/rules\/r\/(\w)/g, 'rules/$1');
  const path = [...rendered.origins].find(([, file]) => file === 'r/a.yml')?.[0] ?? '';
  assert.equal(
    showFindings(readTool(output.replace('RULES', path), unit.resource, rendered, 'promtool 3.5.3')),
    "r/a.yml:7:1: promtool 3.5.3: did not find expected '-' indicator",
  );
});

test('several rule files, each with its own errors', () => {
  const { resource, rendered } = subject('global: {}\n');
  const output = `Checking prometheus.yml
  SUCCESS: 2 rule files found
 SUCCESS: prometheus.yml is valid prometheus config file syntax

Checking rules/alerts/a.yml
  FAILED:
     rules/alerts/a.yml: 5:11: group "a", rule 1, "X": could not parse expression: 1:6: parse error: unexpected end of input
     rules/alerts/a.yml: 6:13: group "a", rule 2, "a b": invalid recording rule name: a b

Checking rules/alerts/b.yml
  FAILED:
     rules/alerts/b.yml: yaml: unmarshal errors:
  line 3: field ruls not found in type rulefmt.RuleGroup
`;
  assert.equal(
    showFindings(readTool(output, resource, rendered, 'promtool')),
    `alerts/a.yml:5:11: promtool: group "a", rule 1, "X": could not parse expression: 1:6: parse error: unexpected end of input
alerts/a.yml:6:13: promtool: group "a", rule 2, "a b": invalid recording rule name: a b
alerts/b.yml:3:1: promtool: field ruls not found in type rulefmt.RuleGroup
    did you mean \`rules\`?`,
  );
});

test('a rule error without a line is said once, of the line that holds what it quotes', () => {
  const { resource, rendered } = subject('global: {}\n');
  const told = (said: string): string => {
    const output = `Checking rules/alerts/c.yml\n  FAILED:\nrules/alerts/c.yml: ${said}\nrules/alerts/c.yml: ${said}\n`;
    return showFindings(sortFindings(readTool(output, resource, rendered, 'promtool')));
  };
  assert.equal(
    told('unknown unit "minute" in duration "1 minute"'),
    'alerts/c.yml:6:10: promtool: unknown unit "minute" in duration "1 minute"',
  );
  assert.equal(told('it is wrong'), 'alerts/c.yml:1:1: promtool: it is wrong');
  assert.equal(
    sentencesIn('Checking prometheus.yml\n  SUCCESS: 1 rule files found\n  FAILED: it broke\nit broke\n'),
    'it broke',
  );
});

test('a refused flag is told where it is written, with the nearest that the program has', () => {
  const { unit } = subject('global: {}\n');
  const known = flagsInHelp(
    'Flags:\n  -h, --help\n      --[no-]web.enable-lifecycle\n      --storage.tsdb.retention.time=STORAGE\n',
  );
  assert.deepEqual(known, ['help', 'web.enable-lifecycle', 'storage.tsdb.retention.time']);
  const told = (output: string): string => showFindings([explainRefusal(refusalIn(output), unit, '3.5.3', known)]);
  assert.equal(
    told(
      "Error parsing commandline arguments: unknown long flag '--storage.tsdb.retention.tim'\nprometheus: error: unknown…\n",
    ),
    `fleet.yml:8:3: prometheus 3.5.3 refuses this flag: unknown long flag '--storage.tsdb.retention.tim'
    did you mean \`storage.tsdb.retention.time\`? write \`retention: { time: … }\``,
  );
  assert.equal(
    told("prometheus: error: unknown long flag '--no-web.enable-lifecycle', try --help\n"),
    `fleet.yml:7:3: prometheus 3.5.3 refuses this flag: unknown long flag '--no-web.enable-lifecycle'
    did you mean \`web.enable-lifecycle\`?`,
  );
  assert.equal(
    told('Error parsing command line arguments: enum value must be one of debug,info, got "loud"\n'),
    'fleet.yml:6:3: prometheus 3.5.3 refuses this flag: enum value must be one of debug,info, got "loud"',
  );
});

test('a log line that Go has quoted is read whatever it holds', () => {
  const quoted = 'a\\x01b\\ac\\vd\\\\x01 \\"e\\" \\U000e0001';
  assert.equal(sentencesIn(`level=error msg="no" err="${quoted}"`), 'a\u0001b\u0007c\u000bd\\x01 "e" \u{e0001}');
});
