import assert from 'node:assert/strict';
import { test } from 'vitest';
import { buildInventory, isInNetwork } from '../../../controller/fleet/inventory.ts';
import type { HostFacts } from '../../../proto/report.ts';
import { enrolled, readFiles, showFindings } from '../../support/fleet-folder.ts';

const HOST = '---\nkind: Host\nname: a\naddress: web.example\n';

/** Host `a` with these facts, in a fleet that wants addresses in a network. */
function inventory(network: string, facts: Partial<HostFacts>, more = '') {
  const { fleet, findings } = readFiles({
    'fleet.yml': `kind: Fleet\nname: f\naddress: { network: "${network}" }\n${more}`,
  });
  assert.equal(showFindings(findings), '');
  const [host] = enrolled({ a: {} });
  assert.ok(host);
  const { hosts, unreachable, notes } = buildInventory(fleet, [{ ...host, facts: { ...host.facts, ...facts } }]);
  return {
    address: hosts[0]?.address,
    error: showFindings([...unreachable.values()]),
    notes: showFindings(notes),
  };
}

test('of the addresses that a host has, the one in the network of the fleet is its own', () => {
  const facts = { address: '192.0.2.1', addresses: ['172.17.0.1', '10.1.2.3', '10.1.2.4', '2001:db8::5'] };
  assert.deepEqual(inventory('10.0.0.0/8', facts), { address: '10.1.2.3', error: '', notes: '' });
  assert.equal(inventory('2001:db8::/32', facts).address, '2001:db8::5');
  const two = { ...facts, address: '10.1.2.4' };
  assert.equal(inventory('10.0.0.0/8', two).address, '10.1.2.4', 'the one that it has towards the controller first');
});

test('a host that has none there is an error that names it, what it has and what to write', () => {
  const { error, address } = inventory('10.0.0.0/8', { address: '192.0.2.1', addresses: ['192.0.2.1', '::7'] });
  assert.match(
    error,
    /^fleet.yml:3:21: host a has no address in 10\.0\.0\.0\/8: it has 192\.0\.2\.1, ::7\n.*`address:` in a `kind: Host` named a/,
  );
  assert.equal(address, '192.0.2.1');
  assert.match(inventory('10.0.0.0/8', { address: '', addresses: [] }).error, /it has told none yet/);
});

test('what is written of one host wins over its agent.yaml, which wins over the network', () => {
  const facts = { address: '10.0.0.1', ownAddress: '203.0.113.9' };
  assert.deepEqual(inventory('10.0.0.0/8', facts, HOST), { address: 'web.example', error: '', notes: '' });
  const own = inventory('10.0.0.0/8', facts);
  assert.equal(own.address, '203.0.113.9');
  assert.equal(own.error, '');
  assert.match(own.notes, /host a says in its agent.yaml that it is at 203\.0\.113\.9, which is not in 10\.0\.0\.0\/8/);
});

for (const [address, network, is] of [
  ['10.1.2.3', '10.0.0.0/8', true],
  ['11.0.0.1', '10.0.0.0/8', false],
  ['10.0.0.130', '10.0.0.128/25', true],
  ['10.0.0.127', '10.0.0.128/25', false],
  ['192.0.2.1', '0.0.0.0/0', true],
  ['::1', '0.0.0.0/0', false],
  ['10.0.0.1', '::/0', false],
  ['fd00::1:2', 'fd00::/8', true],
  ['fe00::1', 'fd00::/8', false],
  ['2001:db8:0:1::5', '2001:db8:0:1::/64', true],
  ['2001:db8:0:2::5', '2001:db8:0:1::/64', false],
  ['1::2::3', '::/0', false],
  ['web.example', '10.0.0.0/8', false],
] as const) {
  test(`${address} is ${is ? '' : 'not '}in ${network}`, () => assert.equal(isInNetwork(address, network), is));
}

test('a network that is none is refused', () => {
  for (const network of ['10.0.0.0', '10.0.0.256/8', '10.0.0.0/33', '2001:db8::/129', 'lan']) {
    const { findings } = readFiles({ 'fleet.yml': `kind: Fleet\nname: f\naddress: { network: "${network}" }\n` });
    assert.match(showFindings(findings), /a network such as/, network);
  }
});
