import assert from 'node:assert/strict';
import { test } from 'vitest';
import { argvOf } from '../../../controller/fleet/resolve.ts';
import { enrolled, type Files, readFiles, showFindings } from '../../support/fleet-folder.ts';
import { contentsOf, golden, renderFleet } from '../../support/render-fleet.ts';

const HOSTS = enrolled({ a: { role: 'mon' }, b: { role: 'mon' }, q: { role: 'query' } });
const PAIR = `kind: Fleet
name: f
external_labels: { cluster: c1 }
---
kind: Prometheus
name: main
hosts: { labels: { role: mon } }
replicas: 2
flags: { web.route-prefix: /prom }
thanos: { sidecar: global }
scrape_configs: [{ thanos: global }]
---
`;
const GLOBAL = `kind: Thanos
name: global
version: "0.42.4"
query: { hosts: { labels: { role: query } } }
query_frontend: { hosts: { labels: { role: query } }, flags: { query-range.split-interval: 12h } }
rule: { hosts: [a, b], replicas: 2, rules: [global/*.yml] }
`;
const STORED = `---
kind: Thanos
name: stored
object_store: object-store.yml
query: { hosts: [q], unit: query2, port: 20904, grpc_port: 20903 }
store: { hosts: [q] }
compact: { hosts: [q], retention: { raw: 30d, 5m: 180d, 1h: 2y } }
receive: { hosts: [a, b, q], replicas: 3, replication_factor: 3 }
`;
const FOLDER: Files = {
  'fleet.yml': PAIR + GLOBAL + STORED,
  'global/a.yml': 'groups: []\n',
  'object-store.yml': 'type: FILESYSTEM\nconfig: { directory: /srv/bucket }\n',
};

test('the parts of a Thanos find each other, whatever host each is on', () => {
  const { units, rendered } = renderFleet(FOLDER, HOSTS);
  const shown = units
    .filter(({ resource }) => resource.kind === 'Thanos')
    .map(
      (unit) =>
        `${unit.unit}@${unit.host.name}: ${unit.title}\n${argvOf(unit)
          .map((word) => `  ${word}\n`)
          .join('')}${contentsOf(rendered.get(`${unit.unit}@${unit.host.name}`))}`,
    );
  golden('thanos.txt', shown.join('\n'));
  assert.match(contentsOf(rendered.get('prometheus@a'), /targets/), /"instance": "a:10902"/);
});

test('a key of the object store is named, and its value goes to the parts that read that file alone', () => {
  const { rendered } = renderFleet(
    { ...FOLDER, 'object-store.yml': 'type: S3\nconfig: { secret_key: "${secret:s3_key}" }\n' },
    HOSTS,
  );
  const named = [...rendered].filter(([, { secrets }]) => secrets.some(({ name }) => name === 's3_key'));
  assert.ok(named.length > 0);
  for (const [unit, { files }] of rendered) {
    const holds = files.filter(({ content }) => Buffer.from(content).includes('${secret:s3_key}'));
    assert.deepEqual(
      holds.map(({ path, secret }) => [path, secret]),
      named.some(([name]) => name === unit) ? [['object-store.yml', 'quoted']] : [],
    );
  }
});

test('what a Thanos needs and does not have is told where it is written', () => {
  const { findings } = readFiles({
    'fleet.yml': `kind: Thanos
name: a
store: {}
compact: { replicas: 2 }
query_frontend: {}
rule: { rules: [] }
receive: { replicas: 2, replication_factor: 3 }
---
kind: Thanos
name: b
quary: {}
---
kind: Thanos
name: c
---
kind: Thanos
name: d
object_store: store.yml
store: { version: "1.0.0" }
---
kind: Thanos
name: e
store: {}
compact: { replicas: 2 }
query_frontend: {}
receive: { replicas: 2, replication_factor: 3 }
---
kind: Thanos
name: g
object_store: store.yml
query: {}
---
kind: Prometheus
name: one
thanos: { sidecar: globl }
---
kind: Prometheus
name: two
thanos: { sidecar: g }
`,
    'store.yml': 'type: FILESYSTEM\n',
  });
  assert.equal(
    showFindings(findings),
    `fleet.yml:6:16: \`rule.rules\` must be a list such as \`[global/*.yml]\`, not an empty list
fleet.yml:11:1: Thanos has no key \`quary\`
    did you mean \`query\`?
fleet.yml:14:1: Thanos c has no part that runs anywhere
    write \`query:\`, \`query_frontend:\`, \`store:\`, \`compact:\`, \`rule:\`, \`receive:\`
fleet.yml:19:10: \`store\` of Thanos has no key \`version\`
    it has hosts, replicas, spread_by, unit, port, listen, flags, env, limits, firewall, rollout, drift, endpoint_security, access, grpc_port
fleet.yml:23:1: \`store\` of Thanos e works on an object store, and there is none
    write \`object_store: FILE\`
fleet.yml:24:1: \`compact\` of Thanos e works on an object store, and there is none
    write \`object_store: FILE\`
fleet.yml:24:22: 2 compactors of one object store would destroy each other’s blocks
    leave \`replicas\` out: there is one
fleet.yml:25:1: \`query_frontend\` of Thanos e asks a query, and there is none
    write \`query: { hosts: … }\`
fleet.yml:26:45: a \`replication_factor\` of 3 needs as many replicas, and there are 2
    write \`replicas: 3\` or more
fleet.yml:35:20: there is no Thanos \`globl\`
    there is a, b, c, d, e, g
fleet.yml:39:20: Prometheus two has no external labels, by which Thanos tells whose series are whose
    write \`external_labels: { … }\`, for it or for the fleet
fleet.yml:39:20: the sidecar of Prometheus two can’t upload to the object store of Thanos g in this version of promfleet: for that it would have to write to the data of another unit
    leave \`object_store\` out to query through the sidecar, or write to its \`receive\` with \`remote_write\`, which uploads`,
  );
});
