import assert from 'node:assert/strict';
import { test } from 'vitest';
import { formatYaml } from '../../../controller/fleet/format/format-yaml.ts';
import { CORPUS } from '../../fuzz/corpus.ts';

const RAGGED = `# head
name: node     # aligned
component:   node_exporter
# about hosts
hosts:
    labels:
          role: [db,
                 web]
    not:
       names:
       - a
       # b too
       -  b

flags:
    a: |
        text
          more # not a comment
kind: Exporter
# the end
---
# of prometheus
hosts: all
kind: Prometheus
scrape_configs:
- exporter: node
  relabel_configs:
  - source_labels: [a]
    action: drop
- job_name: "x"   # y
  static_configs:
      - targets:
          - 'a'
name: main`;

const TIDY = `# head
kind: Exporter
name: node     # aligned
component:   node_exporter
# about hosts
hosts:
  labels:
    role: [db,
           web]
  not:
    names:
      - a
      # b too
      -  b

flags:
  a: |
      text
        more # not a comment
# the end
---
# of prometheus
kind: Prometheus
name: main
hosts: all
scrape_configs:
  - exporter: node
    relabel_configs:
      - source_labels: [a]
        action: drop
  - job_name: "x"   # y
    static_configs:
      - targets:
          - 'a'
`;

test('kind and name first, the language’s order, two spaces a level; comments, quotes and alignment as they are', () => {
  assert.equal(formatYaml(RAGGED), TIDY);
  assert.equal(formatYaml(TIDY), TIDY, 'the second time changes nothing');
});

test('a key goes with the comments above it, and what follows the last key stays last', () => {
  const text = 'kind: Host\n# where\naddress: 10.0.0.1\n\n# what\nlabels: { a: b }   # c\nname: x\n# end\n';
  assert.equal(
    formatYaml(text),
    'kind: Host\nname: x\n\n# what\nlabels: { a: b }   # c\n# where\naddress: 10.0.0.1\n# end\n',
  );
});

test('what holds no kind, can’t be read, or is of a kind that is none stays as it is', () => {
  for (const text of [
    'groups:\n    - name: a\n',
    'name: a\nkind: [\n',
    '',
    '# nothing\n',
    'name: a\nkind: Nothing\n',
    '{ name: a, kind: Host }\n',
  ]) {
    assert.equal(formatYaml(text), text);
  }
});

test('fleets that are tidy stay as they are', () => {
  for (const { name, files } of CORPUS) {
    for (const { path, content } of files.filter((file) => file.path.endsWith('fleet.yaml'))) {
      const text = Buffer.from(content).toString('utf8');
      const formatted = formatYaml(text);
      assert.equal(formatYaml(formatted), formatted);
      if (name === 'starter' || name === 'example') assert.equal(formatted, text, path);
    }
  }
});
