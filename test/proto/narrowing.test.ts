import assert from 'node:assert/strict';
import { test } from 'vitest';
import {
  describeNarrowing,
  type Narrowing,
  readNarrowing,
  refuseNarrowed,
  writeNarrowing,
} from '../../proto/narrowing.ts';
import { STRICT } from '../../proto/spec.ts';
import { someUnit } from '../support/unit-specs.ts';

const ALL: Narrowing = {
  dataDirectory: '/var/lib',
  unitMemoryBytes: 0,
  scripts: true,
  logs: true,
  queries: true,
  commands: true,
};
const why = (change: Partial<Narrowing>, unit = someUnit()) => [...refuseNarrowed(unit, { ...ALL, ...change })];

test('what is allowed is not refused', () => {
  assert.deepEqual(why({}), []);
  assert.deepEqual(
    why({
      units: ['prometheus'],
      runAsUsers: ['x', 'prometheus'],
      writableDirectories: ['/srv', '/var/lib/prometheus'],
      ports: ['9000-9099'],
      releaseDigests: ['a'.repeat(64)],
      scripts: false,
      logs: false,
      queries: false,
    }),
    [],
  );
  for (const directory of ['/', '/var', '/var/lib']) assert.deepEqual(why({ writableDirectories: [directory] }), []);
  assert.deepEqual(why({ unitMemoryBytes: 10 }, someUnit({ limits: { memoryBytes: 10, openFiles: 0 } })), []);
});

const REFUSED: readonly [Partial<Narrowing>, RegExp][] = [
  [{ units: ['node_exporter'] }, /unit name "prometheus" is not among those that agent.yaml allows \(node_exporter\)/],
  [{ runAsUsers: [] }, /user "prometheus" is not allowed: agent.yaml allows none/],
  [{ writableDirectories: ['/var/lib/prom'] }, /data directory "\/var\/lib\/prometheus" is not among/],
  [{ ports: ['9091-9100'] }, /port 9090 is not among those that agent.yaml allows \(9091-9100\)/],
  [{ releaseDigests: ['b'.repeat(64)] }, /release sha256:a{64} is not among the digests/],
  [{ unitMemoryBytes: 10 }, /its memory limit is none, and agent.yaml allows 10/],
];
for (const [change, says] of REFUSED) {
  test(`${JSON.stringify(change)} refuses, once`, () => {
    const reasons = why(change);
    assert.equal(reasons.length, 1);
    assert.match(reasons[0] ?? '', says);
  });
}

test('every port that a unit names is looked at', () => {
  const unit = someUnit({ ready: [{ name: '', port: 22, path: '/', status: 200, metric: '', above: 0 }] });
  assert.match(why({ ports: ['9090'] }, unit).join(), /port 22 is not/);
});

test('a capability is refused where the host does not give it', () => {
  const unit = someUnit({ sandbox: { ...STRICT, capabilities: ['CAP_NET_RAW'] } });
  assert.match(why({ capabilities: [] }, unit).join(), /CAP_NET_RAW is not allowed: agent.yaml allows none/);
  assert.deepEqual(why({ capabilities: ['CAP_NET_RAW'] }, unit), []);
  assert.deepEqual(why({}, unit), []);
});

test('it goes over the wire as it is, but for a list of digests that is too long', () => {
  const narrowing: Narrowing = {
    ...ALL,
    ports: [],
    units: ['a'],
    releaseDigests: ['b'],
    unitMemoryBytes: 5,
    logs: false,
  };
  const through = (one: Narrowing) => {
    const lists = { units: null, runAsUsers: null, writableDirectories: null, ports: null, capabilities: null };
    const back = readNarrowing({ ...lists, ...writeNarrowing(one) } as never);
    return JSON.parse(JSON.stringify(back)) as Narrowing;
  };
  assert.deepEqual(through(narrowing), narrowing);
  assert.equal(
    through({ ...narrowing, releaseDigests: Array.from({ length: 101 }, () => 'b') }).releaseDigests,
    undefined,
  );
  assert.deepEqual(describeNarrowing(narrowing), [
    'units: a',
    'ports: none',
    'releases: 1 by digest',
    'memory: 5 bytes each',
    'no logs for the controller',
  ]);
});
