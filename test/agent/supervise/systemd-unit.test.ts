import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'vitest';
import type { Launch } from '../../../agent/supervise/supervisor.ts';
import { quoteArgument, renderSystemdUnit } from '../../../agent/supervise/systemd-unit.ts';
import { type Sandbox, STRICT } from '../../../proto/spec.ts';

const golden = (name: string) => readFileSync(new URL(`golden/${name}`, import.meta.url), 'utf8');

const LAUNCH: Launch = {
  unit: 'prometheus',
  digest: 'abc',
  program: '/opt/promfleet/releases/ab/prometheus',
  argv: [
    '--config.file=/etc/prometheus/prometheus.yml',
    '--web.external-url=http://h/?a=$B&c=%20',
    'x "y" \\d \'z\' ; |',
    '',
  ],
  env: { GOGC: '75', SAYS: 'a "b" $c %d' },
  user: 'prometheus',
  workingDirectory: '/var/lib/prometheus',
  writable: ['/var/lib/prometheus', '/var/lib/with blank'],
  stop: { signal: 'SIGTERM', graceSeconds: 600, kill: false },
  limits: { memoryBytes: 1_073_741_824, openFiles: 65_536 },
  sandbox: undefined,
  startRoom: 0,
  description: 'prometheus 3.5.5\n(100% managed)',
};

test('a unit file is rendered whole', () => {
  assert.equal(renderSystemdUnit(LAUNCH, 252), golden('prometheus.service'));
});

test('a newer systemd restarts at once, then slower and slower', () => {
  const pace = (version: number) => renderSystemdUnit(LAUNCH, version).match(/^Restart.*$/gm);
  assert.deepEqual(pace(254), ['Restart=always', 'RestartSec=100ms', 'RestartSteps=8', 'RestartMaxDelaySec=60s']);
  assert.deepEqual(pace(253), ['Restart=always', 'RestartSec=1s']);
});

test('where a start could lose what is stored, systemd looks for room before each', () => {
  const [line] = renderSystemdUnit({ ...LAUNCH, startRoom: 33_554_432 }, 252).match(/^ExecStartPre=.*$/gm) ?? [];
  assert.match(line ?? '', /^ExecStartPre="\/bin\/sh" "-c" "free=\$\$\(df .*\[ \$\$free -ge 33554432 \]/);
  assert.doesNotMatch(renderSystemdUnit(LAUNCH, 252), /ExecStartPre/);
});

test('limits that are not set are not written', () => {
  const text = renderSystemdUnit({ ...LAUNCH, limits: { memoryBytes: 0, openFiles: 0 } }, 252);
  assert.doesNotMatch(text, /LimitNOFILE|MemoryMax/);
});

test('a unit is given what its spec says, and nothing else', () => {
  const file = (sandbox: Sandbox) => renderSystemdUnit({ ...LAUNCH, sandbox }, 252);
  const strict = file(STRICT);
  assert.equal(strict, golden('strict.service'));
  const added = (sandbox: Partial<Sandbox>) => {
    const before = new Set(strict.split('\n'));
    const after = file({ ...STRICT, ...sandbox }).split('\n');
    const gone = [...before].filter((line) => !after.includes(line)).map((line) => `-${line}`);
    return [...gone, ...after.filter((line) => !before.has(line))];
  };
  assert.deepEqual(added({ wholeProc: true }), ['-ProcSubset=pid']);
  assert.deepEqual(added({ readHomes: true }), ['-ProtectHome=true', 'ProtectHome=read-only']);
  assert.deepEqual(added({ readClock: true }), ['-ProtectClock=true', 'SystemCallFilter=adjtimex clock_adjtime']);
  assert.deepEqual(added({ netlink: true }).slice(1), ['RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK']);
  assert.deepEqual(added({ capabilities: ['CAP_NET_RAW'] }).slice(2), [
    '-PrivateUsers=true',
    'CapabilityBoundingSet=CAP_NET_RAW',
    'AmbientCapabilities=CAP_NET_RAW',
  ]);
  assert.deepEqual(added({ binds: [{ from: '/opt/r/share', to: '/usr/share/p' }] }), [
    'BindReadOnlyPaths=/opt/r/share:/usr/share/p',
  ]);
});

test('a unit that lives in a home directory still sees it', () => {
  const text = renderSystemdUnit({ ...LAUNCH, program: '/home/x/prometheus', sandbox: STRICT }, 252);
  assert.match(text, /^ProtectHome=read-only$/m);
});

test('nothing in an argument means anything to systemd', () => {
  assert.equal(quoteArgument('$HOME'), '"$$HOME"');
  assert.equal(quoteArgument('%n'), '"%%n"');
  assert.equal(quoteArgument('nvme\\d+ "q"'), '"nvme\\\\d+ \\"q\\""');
  assert.equal(quoteArgument('a\nExecStartPre=/bin/evil'), '"a\\nExecStartPre=/bin/evil"');
});

test('a line break adds no line', () => {
  const evil = 'x\nExecStartPre=/bin/evil';
  const text = renderSystemdUnit(
    { ...LAUNCH, description: evil, argv: [evil], env: { A: evil }, writable: [evil] },
    252,
  );
  assert.doesNotMatch(text, /^ExecStartPre/m);
});
