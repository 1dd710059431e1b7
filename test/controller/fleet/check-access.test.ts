import assert from 'node:assert/strict';
import { test } from 'vitest';
import { checkFolder } from '../../../controller/fleet/check-folder.ts';
import { createClientCertificate, createKey } from '../../../proto/self-signed.ts';

const told = (fleet: string, files: Readonly<Record<string, string>> = {}): string[] =>
  checkFolder(
    Object.entries({ 'fleet.yaml': fleet, ...files }).map(([path, text]) => ({ path, content: Buffer.from(text) })),
  ).findings.map(({ line, message, hint = '' }) => `${line}: ${message} (${hint})`);

const certificate = (): string =>
  `-----BEGIN CERTIFICATE-----\n${createClientCertificate(createKey(), 'grafana').toString('base64')}\n-----END CERTIFICATE-----\n`;

const SECURED = `kind: Fleet
name: secured
endpoint_security: mutual_tls
---
kind: Exporter
name: node
component: node_exporter
`;

test('what speaks no TLS, or is too old for it, is refused by name until it is exempted', () => {
  const old = `${SECURED}version: "1.4.0"\n`;
  assert.deepEqual(told(old), [
    "8: Exporter node can't be reached over TLS: node_exporter speaks it from 1.5.0 on, and this is 1.4.0 (write a newer `version:`, or `endpoint_security: none`)",
  ]);
  assert.deepEqual(told(`${old}endpoint_security: none\n`), []);
  assert.match(
    told('kind: Exporter\nname: node\ncomponent: node_exporter\nendpoint_security: ssl\n').join(),
    /`none`, `tls` or `mutual_tls`/,
  );
});

test('a client needs a certificate that vouches for it alone, and an endpoint that asks for one', () => {
  const named = `${SECURED}access: { clients: [grafana] }\n`;
  assert.match(
    told(named).join(),
    /^8: the client `grafana` has no certificate: no file `access\/grafana.crt` \("promfleet client create grafana/,
  );
  assert.match(told(named, { 'access/grafana.crt': 'nothing' }).join(), /access\/grafana.crt is no certificate/);
  assert.deepEqual(told(named, { 'access/grafana.crt': certificate() }), []);
  const open = named.replace('mutual_tls', 'tls');
  assert.match(
    told(open, { 'access/grafana.crt': certificate() }).join(),
    /it asks nobody for one \(write `endpoint_security: mutual_tls`\)/,
  );
});

test('how a job speaks to a protected endpoint is not for it to say', () => {
  const scraper = `${SECURED}---
kind: Prometheus
name: main
scrape_configs: [{ exporter: node, scheme: http }]
`;
  assert.match(told(scraper).join(), /^11: `scheme` can't stand here: what is scraped has `endpoint_security`/);
});
