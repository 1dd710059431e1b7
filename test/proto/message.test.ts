import assert from 'node:assert/strict';
import { test } from 'vitest';
import {
  type AgentSays,
  type ControllerSays,
  readAgentMessage,
  readControllerMessage,
  writeAgentMessage,
  writeControllerMessage,
} from '../../proto/message.ts';
import { services } from '../../proto/services.ts';
import { STRICT, type UnitSpec } from '../../proto/spec.ts';
import { hostReport } from '../support/samples.ts';

const unit: UnitSpec = {
  name: 'node_exporter',
  component: 'node_exporter',
  release: {
    component: 'node_exporter',
    version: '1.0',
    build: 'upstream',
    arch: 'amd64',
    sha256: 'ab',
    size: 5_000_000_000,
    unpackedSize: 2,
  },
  program: 'node_exporter',
  argv: ['--a=$b %c'],
  env: { A: 'b' },
  user: 'node_exporter',
  files: [{ path: 'targets/a.json', content: Buffer.from('[]'), live: true }],
  checks: [{ argv: ['tool', 'check'] }],
  reload: undefined,
  ready: [{ name: 'ready', port: 9100, path: '/metrics', status: 200, metric: '', above: 0 }],
  stop: { signal: 'SIGTERM', graceSeconds: 10, kill: true },
  ports: [{ number: 9100, protocol: 'tcp', use: 'http' }],
  stopped: false,
  reportDrift: true,
  limits: { memoryBytes: 0, openFiles: 1024 },
  sandbox: undefined,
  losses: undefined,
};

const { requestDeserialize, requestSerialize, responseDeserialize, responseSerialize } =
  services.Session.service.Connect;
const throughAgentWire = (says: AgentSays) =>
  readAgentMessage(requestDeserialize(requestSerialize(writeAgentMessage(says))));
const throughControllerWire = (says: ControllerSays) =>
  readControllerMessage(responseDeserialize(responseSerialize(writeControllerMessage(says))));

test('what a controller says is what an agent hears', () => {
  const said: ControllerSays[] = [
    { kind: 'spec', spec: { revision: { epoch: 2, number: 2 ** 40 }, units: [unit] } },
    { kind: 'operation', operation: { id: '1', verb: 'restart', unit: 'node_exporter', acceptLoss: false } },
    { kind: 'logTail', tail: { id: '2', unit: 'prometheus', lines: 10, follow: true } },
    { kind: 'logTailEnd', id: '2' },
    { kind: 'ask', ask: { id: '3', unit: 'prometheus', port: 9090, path: '/api/v1/targets', tls: true } },
    {
      kind: 'trust',
      authorities: [Buffer.from('der')],
      renew: true,
      tls: { endpoints: [Buffer.from('e')], scrapers: [Buffer.from('s'), Buffer.from('t')], signer: 1 },
    },
    { kind: 'controllers', controllers: { sessions: ['a:9441', '[::1]:9441'], enrolments: ['a:9442'] } },
    { kind: 'spec', spec: { revision: { epoch: 1, number: 1 }, proof: 'ab', units: [] } },
  ];
  const given = {
    ...STRICT,
    netlink: true,
    capabilities: ['CAP_NET_RAW'],
    binds: [{ from: 'share', to: '/usr/share/x' }],
  };
  const losses = {
    port: 9090,
    metricsPath: '/metrics',
    lostMetrics: ['lost'],
    storedMetric: 'stored',
    directory: '{var}/data',
    rescue: { leaves: 'snapshot.', sizeMetric: 'series', bytesEach: 1_000, bytesLeast: 2 ** 40 },
  };
  const script = {
    name: 'a',
    file: 'scripts/a.sh',
    everySeconds: 60,
    timeoutSeconds: 20,
    output: 'a.prom',
    status: 'b.prom',
  };
  const confined = { ...unit, sandbox: given, losses, opaque: true as const, scripts: [script] };
  said.push({
    kind: 'spec',
    spec: {
      revision: { epoch: 2, number: 3 },
      units: [confined, { ...unit, losses: { ...losses, rescue: undefined } }],
    },
  });
  for (const says of said) assert.deepEqual(throughControllerWire(says), says);
});

test('what an agent says is what a controller hears', () => {
  const said: AgentSays[] = [
    { kind: 'result', result: { id: '1', ok: false, message: 'cannot restart' } },
    { kind: 'logLines', logLines: { id: '2', lines: ['a', ''], end: false, error: '' } },
    {
      kind: 'answer',
      answer: { id: '3', status: 200, contentType: 'application/json', body: Buffer.from('{}'), error: '' },
    },
  ];
  for (const says of said) assert.deepEqual(throughAgentWire(says), says);
});

test('a revision that an agent reports carries the proof that it was given, or none', () => {
  for (const proven of [{ revision: { epoch: 1, number: 7 }, proof: 'ab' }, { revision: { epoch: 1, number: 7 } }]) {
    const says: AgentSays = { kind: 'report', report: { ...hostReport(), ...proven } };
    assert.deepEqual(throughAgentWire(says), says);
  }
});

test('an older agent reads past what it does not know', () => {
  const newer = Buffer.concat([
    responseSerialize(writeControllerMessage({ kind: 'logTailEnd', id: 'x' })),
    Buffer.from([0xfa, 0x07, 0x01, 0x41]),
  ]);
  assert.deepEqual(readControllerMessage(responseDeserialize(newer)), {
    kind: 'logTailEnd',
    id: 'x',
  });
  const onlyNew = Buffer.from([0xfa, 0x07, 0x01, 0x41]);
  assert.deepEqual(readControllerMessage(responseDeserialize(onlyNew)), {
    kind: 'unknown',
  });
});

test('a unit in a state that a newer agent invented is shown as unhealthy', () => {
  const wire = { report: { units: [{ name: 'a', state: 'hibernating' }] } };
  const heard = readAgentMessage(requestDeserialize(requestSerialize(wire)));
  assert.equal(heard.kind === 'report' && heard.report.units[0]?.state, 'unhealthy');
});
