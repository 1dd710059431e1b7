import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'vitest';
import { checkFolder } from '../../../../controller/fleet/check-folder.ts';
import { LINTS } from '../../../../controller/fleet/lint/lint.ts';
import { type Files, folderOf, showFindings } from '../../../support/fleet-folder.ts';

const DOCUMENT = readFileSync(new URL('../../../../docs/lint.md', import.meta.url), 'utf8');

const sections = new Map(
  DOCUMENT.split(/^### /m)
    .slice(1)
    .map((section) => [section.slice(0, section.indexOf('\n')), section]),
);

const indent = (text: string, by: number): string => text.replaceAll(/^(?=.)/gm, ' '.repeat(by));

/** An example of the document as a whole folder: rules, jobs or a resource. */
function folderFor(example: string, of: string | undefined): Files {
  const rules = /^- (record|alert):/.test(example)
    ? example
    : '- record: a:boot:age\n  expr: time() - node_boot_time_seconds\n';
  const jobs = example.startsWith('- job_name')
    ? example
    : `- job_name: api\n  static_configs: [{ targets: ["a:${of === '9100' ? of : '1'}"] }]\n`;
  const scraped = example.startsWith('kind: Exporter') ? 'scrape_configs: [{ exporter: node }]\n' : '';
  const more = example.startsWith('kind:') ? `---\n${example}` : '';
  return {
    'fleet.yml': `kind: Prometheus\nname: main\nconfig: p.yml\nrules: [r.yml]\n${of === 'pair' ? 'replicas: 2\n' : ''}${scraped}${more}`,
    'p.yml': `global: { scrape_interval: 15s, external_labels: { environment: production } }\nscrape_configs:\n${indent(jobs, 2)}`,
    'r.yml': `groups:\n  - name: g\n    rules:\n${indent(rules, 6)}`,
  };
}

function namesTold(files: Files): string[] {
  const { findings, notes } = checkFolder(folderOf(files));
  return [...findings, ...notes].map(({ message }) => /\[([\w-]+)\]$/.exec(message)?.[1] ?? message);
}

for (const name of Object.keys(LINTS)) {
  test(`${name}: the document’s example is found, and what it says to write is not`, () => {
    const section = sections.get(name) ?? assert.fail(`docs/lint.md does not tell of ${name}`);
    assert.match(section, LINTS[name as keyof typeof LINTS] === 'error' ? /^\*\*error\*\*/m : /^note\./m);
    const example = (kind: string): [string, string | undefined] => {
      const [, of, text = ''] =
        new RegExp(`\`\`\`yaml ${kind}(?:-(\\w+))?\\n([\\s\\S]*?)\`\`\``).exec(section) ??
        assert.fail(`no ${kind} example of ${name}`);
      return [text, of];
    };
    assert.deepEqual(new Set(namesTold(folderFor(...example('bad')))), new Set([name]));
    assert.deepEqual(namesTold(folderFor(...example('better'))), []);
  });
}

test('the document tells of no lint that there is not', () => {
  assert.deepEqual(
    [...sections.keys()].filter((name) => !(name in LINTS)),
    [],
  );
});

test('a comment in or above a rule allows it there and nowhere else; a name that is none is told', () => {
  const rules = (comment: string): Files => ({
    'fleet.yml': 'kind: Prometheus\nname: main\nrules: [r.yml]\n',
    'r.yml': `groups:
  - name: g
    rules:
      ${comment}
      - alert: A
        expr: up == 0
      - alert: B
        expr: up{job="x"} == 0 # promfleet: allow alert-without-for
`,
  });
  assert.deepEqual(namesTold(rules('# promfleet: allow alert-without-for')), []);
  assert.deepEqual(namesTold(rules('# why not')), ['alert-without-for']);
  assert.equal(
    showFindings(checkFolder(folderOf(rules('# promfleet: allow alert-without-four'))).notes),
    `r.yml:4:26: there is no lint \`alert-without-four\` to allow
    did you mean \`alert-without-for\`?
r.yml:5:16: \`A\` fires at the first evaluation that finds it so: one scrape is enough [alert-without-for]
    give it \`for: 5m\`, or look at a range such as \`max_over_time(…[5m])\``,
  );
});

test('a fault of syntax is told with no controller, where it stands in the file', () => {
  const { findings } = checkFolder(
    folderOf({
      'fleet.yml': `kind: Prometheus
name: main
rules: [r.yml]
scrape_configs:
  - { job_name: f, metrics_path: /federate, params: { 'match[]': ['{job="a"}', "{job=\\"a\\"", 'sum(up)'] } }
`,
      'r.yml': `groups:
  - name: g
    rules:
      - alert: A
        for: 5m
        expr: >-
          sum(rate(x[5m])
            by (job) > 1
        annotations: { summary: 'it''s {{ humanise $value }}' }
`,
    }),
  );
  assert.equal(
    showFindings(findings),
    `fleet.yml:5:91: the expression ends, and a bracket is open
    a \`{\` before it is not closed
fleet.yml:5:95: \`match[]\` takes a selector of series and nothing around it
    such as \`{__name__=~"job:.*"}\`
r.yml:8:13: \`by\` can't stand here
    the \`(\` after \`sum\` is not closed
r.yml:9:43: templates have no function \`humanise\`
    did you mean \`humanize\`?`,
  );
});
