import assert from 'node:assert/strict';
import { test } from 'vitest';
import { buildInventory } from '../../../controller/fleet/inventory.ts';
import { placeUnits } from '../../../controller/fleet/place-units.ts';
import { renderUnits } from '../../../controller/fleet/render-units.ts';
import { resolveSpecs } from '../../../controller/fleet/resolve.ts';
import { enrolled, type Files, readFiles, showFindings } from '../../support/fleet-folder.ts';
import { openFleet } from '../../support/open-fleet.ts';
import { release } from '../../support/samples.ts';

const DIGEST = 'ab'.repeat(32);
const ORDERS = `kind: Exporter
name: orders
custom:
  artifact:
    url: "https://mirror.example/orders-{version}-{arch}.tar.gz"
    sha256: { amd64: ${DIGEST} }
  run: ["{bin}/orders_exporter", "--listen=:{port}", "--state={var}/s", "--config={etc}/orders.toml", "{job}"]
  ready: { http: /health }
port: 9500
version: "1.2.3"
config: conf/orders.toml
flags: { verbose: true, level: debug }
env: { TZ: UTC }
`;
const FOLDER: Files = { 'fleet.yml': ORDERS, 'conf/orders.toml': 'a = 1\n' };

test('a program of one’s own is a unit like any other, of which nothing is asked but to run', () => {
  const { fleet, findings } = readFiles(FOLDER);
  assert.equal(showFindings(findings), '');
  const inventory = buildInventory(fleet, enrolled({ a: {} }));
  const { units } = placeUnits(fleet, inventory, [], false);
  const rendered = renderUnits(fleet, units);
  const ready = units.map((placed) => ({ placed, release, rendered: rendered.get(placed) }));
  const [unit] = resolveSpecs(inventory, ready, []).get('a')?.units ?? [];
  assert.deepEqual(
    { ...unit, release: undefined, sandbox: undefined },
    {
      name: 'orders',
      component: 'orders',
      release: undefined,
      program: 'orders_exporter',
      argv: ['--listen=:9500', '--state={var}/s', '--config={etc}/orders.toml', '{job}', '--level=debug', '--verbose'],
      env: { TZ: 'UTC' },
      user: 'orders',
      files: [{ path: 'orders.toml', content: Buffer.from('a = 1\n'), live: false }],
      checks: [],
      reload: undefined,
      ready: [{ name: 'answers /health', port: 9500, path: '/health', status: 200, metric: '', above: 0 }],
      stop: { signal: 'SIGTERM', graceSeconds: 30, kill: true },
      ports: [{ number: 9500, protocol: 'tcp', use: 'http' }],
      stopped: false,
      reportDrift: false,
      limits: { memoryBytes: 0, openFiles: 65_536 },
      sandbox: undefined,
      losses: undefined,
      opaque: true,
    },
  );
});

test('what only its operator can know has to be written, and braces that mean nothing are told', () => {
  const { findings } = readFiles({
    'fleet.yml': `kind: Exporter
name: Orders
custom:
  artifact: { url: "https://mirror.example/{versoin}", sha256: {} }
  run: ["{bin}/orders", ":{prot}"]
---
kind: Exporter
name: two
component: node_exporter
custom:
  artifact: { url: "https://mirror.example/x", sha256: { amd64: ${DIGEST} } }
  run: ["{bin}/x"]
---
kind: Exporter
name: three
custom:
  artifact: { url: "ftp://mirror.example/x", sha256: { amd64: abc, riscv: x } }
  run: [/usr/bin/orders]
  ready: { http: health }
---
kind: Exporter
name: pushgateway
version: "1.0.0"
port: 1000
custom:
  artifact: { url: "https://mirror.example/x", sha256: { arm64: ${DIGEST} } }
  run: ["{bin}/x"]
---
kind: Exporter
name: four
`,
  });
  assert.equal(
    showFindings(findings),
    `fleet.yml:2:7: \`Orders\` is no name of a unit, which is lower-case letters, digits, - and _, at most 31, beginning with a letter
    write a \`unit:\`
fleet.yml:3:1: a \`custom\` Exporter needs \`version\`
    write the version of your program, such as version: "1.2.3"
fleet.yml:3:1: a \`custom\` Exporter needs \`port\`
    write the port that it answers on
fleet.yml:4:20: {versoin} stands for nothing here
    there is {version} {arch}
fleet.yml:4:64: \`sha256\` names no architecture
    write the digest of each file: \`{ amd64: …, arm64: … }\`
fleet.yml:5:25: {prot} stands for nothing here
    there is {bin} {port} {etc} {var}
fleet.yml:10:1: an Exporter has a \`component\` or is \`custom\`, not both
    leave one of them out
fleet.yml:17:20: \`custom.artifact.url\` must be a URL that begins with http:// or https://, of a .tar.gz or of the program itself, not "ftp://mirror.example/x"
fleet.yml:17:63: \`custom.artifact.sha256.amd64\` must be the sha256 of what lies at \`url\`: 64 hexadecimal digits, not \`abc\`
fleet.yml:17:68: \`custom.artifact.sha256\` of Exporter has no key \`riscv\`
    it has amd64, arm64
fleet.yml:18:8: \`custom.run\` must be the words of a command line, the first \`{bin}/PROGRAM\`, not a list
fleet.yml:19:18: \`custom.ready.http\` must be a path such as \`/metrics\`, not \`health\`
fleet.yml:22:7: \`pushgateway\` is a component that promfleet knows
    write \`component: pushgateway\`, or give this Exporter another name
fleet.yml:29:1: Exporter needs \`component\`: the name of a component, such as node_exporter
    or \`custom:\`, for a program of your own`,
  );
});

test('a digest that is missing for an architecture of the fleet is named, and another digest is another release', async () => {
  using fleet = openFleet();
  fleet.enrol('a', {}, { arch: 'amd64' });
  fleet.enrol('b', {}, { arch: 'arm64' });
  await assert.rejects(fleet.apply(FOLDER), (error: { findings: [] }) => {
    assert.equal(
      showFindings(error.findings),
      'fleet.yml:10:10: cannot get orders 1.2.3 for arm64: its `artifact` has no sha256 for it\n' +
        '    write the digest of the arm64 file under `custom.artifact.sha256`, or select hosts by `facts: { arch: … }`',
    );
    return true;
  });
  const onA = (digest: string) => ({ ...FOLDER, 'fleet.yml': `${ORDERS.replace(DIGEST, digest)}hosts: [a]\n` });
  await fleet.apply(onA(DIGEST));
  const asked = fleet.asked.length;
  await fleet.apply(onA(DIGEST), { note: 'again' });
  assert.equal(fleet.asked.length, asked);
  await fleet.apply(onA('cd'.repeat(32)));
  assert.equal(fleet.asked.length, asked + 1);
});
