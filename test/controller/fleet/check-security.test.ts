import assert from 'node:assert/strict';
import { test } from 'vitest';
import { checkFolder } from '../../../controller/fleet/check-folder.ts';
import { folderOf, showFindings } from '../../support/fleet-folder.ts';

const fleet = (prometheus: string, query: string) => ({
  'fleet.yml': `kind: Fleet
name: f
endpoint_security: mutual_tls
external_labels: { cluster: c1 }
---
kind: Prometheus
name: main
hosts: [a]
replica_label: replica
thanos: { sidecar: global }
${prometheus}
---
kind: Thanos
name: global
query: { hosts: [b]${query} }
`,
});
const told = (prometheus: string, query: string): string =>
  showFindings(checkFolder(folderOf(fleet(prometheus, query))).findings);

test('what can’t speak TLS is named with the place that exempts it; a sidecar is exempted with its Prometheus', () => {
  assert.equal(
    told('', ', endpoint_security: none'),
    `fleet.yml:3:20: Thanos global (sidecar of main) can't be reached over TLS: thanos-sidecar speaks none
    write \`endpoint_security: none\` in Prometheus main, and protect it otherwise`,
  );
  assert.equal(
    told('endpoint_security: none', ''),
    `fleet.yml:3:20: Thanos global (query) can't be reached over TLS: thanos-query speaks none
    write \`endpoint_security: none\` in Thanos global (query), and protect it otherwise`,
  );
  assert.equal(told('endpoint_security: none', ', endpoint_security: none'), '');
});
