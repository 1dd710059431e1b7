import assert from 'node:assert/strict';
import { test } from 'vitest';
import { countRestarts, noRestarts } from '../../../agent/supervise/restart-counts.ts';
import { readExitEntry, readSystemdStatus } from '../../../agent/supervise/systemd-status.ts';

const ANSWER = `Restart=always
RestartUSec=1min 30s
NRestarts=3
MainPID=0
Id=prometheus.service
LoadState=loaded
ActiveState=activating
SubState=auto-restart
FragmentPath=/etc/systemd/system/prometheus.service
ControlGroup=

RestartUSec=100ms
RestartUSecNext=2s
MainPID=42
NRestarts=0
Id=node_exporter.service
ActiveState=active
ControlGroup=/system.slice/a=b.service
`;

test('each unit is read from its block', () => {
  const status = readSystemdStatus(ANSWER);
  assert.deepEqual([...status.keys()], ['prometheus', 'node_exporter']);
  assert.deepEqual(status.get('prometheus'), {
    loadState: 'loaded',
    activeState: 'activating',
    subState: 'auto-restart',
    mainPid: 0,
    restarts: 3,
    restartUsec: 90e6,
    fragmentPath: '/etc/systemd/system/prometheus.service',
    controlGroup: '',
  });
  assert.equal(status.get('node_exporter')?.restartUsec, 2e6);
  assert.equal(status.get('node_exporter')?.controlGroup, '/system.slice/a=b.service');
});

test('an exit is read from its journal entry', () => {
  assert.equal(readExitEntry('{"EXIT_CODE":"killed","EXIT_STATUS":"9"}\n'), 'killed by SIGKILL');
  assert.equal(readExitEntry('{"EXIT_CODE":"dumped","EXIT_STATUS":"6"}\n'), 'killed by SIGABRT');
  assert.equal(readExitEntry('{"EXIT_CODE":"exited","EXIT_STATUS":"2"}\n'), 'exited with code 2');
  assert.equal(readExitEntry(''), 'exited, code unknown');
});

test('restarts go on being counted when systemd forgets its own count', () => {
  let counts = noRestarts('one');
  for (const seen of [0, 2, 2, 3, 0, 1]) counts = countRestarts(counts, seen, 90_000, 1_000_000);
  assert.equal(counts.restarts, 4);
});

test('five restarts within five minutes are a failure, five in a day are not', () => {
  assert.equal(countRestarts(noRestarts('one'), 5, 0, 0).past.failed, true);
  let counts = noRestarts('one');
  for (let seen = 1; seen <= 5; seen++) counts = countRestarts(counts, seen, 3_600_000, seen * 3_600_000);
  assert.equal(counts.past.failed, false);
});
