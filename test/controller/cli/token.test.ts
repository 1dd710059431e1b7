import assert from 'node:assert/strict';
import { test } from 'vitest';
import { tokenLines } from '../../../controller/cli/commands/token.ts';
import { plainly } from '../../../controller/cli/paint.ts';

const created = {
  id: '1',
  token: 'pfj_x',
  expiresAt: 0,
  enrolAddress: 'mon:9442',
  ca: 'sha256:00',
  install: { line: '( echo … ) | sudo sh', url: 'https://mon:9440/install.sh', sha256: 'abc', pin: 'sha256//A=' },
};

test('a token comes with the line for a bare host first, then with the two steps', () => {
  const lines = tokenLines(created, '1', plainly);
  assert.match(lines[0] ?? '', /^# On the host; good for one host, until /);
  assert.equal(lines[1], created.install.line);
  assert.deepEqual(lines.slice(4, 6), [
    'curl -fsSk -o install.sh https://mon:9440/install.sh   # or: wget --no-check-certificate',
    "echo 'abc  install.sh' | sha256sum -c && echo pfj_x | sudo sh install.sh",
  ]);
  assert.match(lines.at(-1) ?? '', /^PROMFLEET_TOKEN=pfj_x promfleet-agent enrol .* --ca sha256:00 /);
});

test('where no agent was built, it says what to run, and how a host joins that has one', () => {
  const lines = tokenLines({ ...created, install: null, installProblem: 'run "npm run build"' }, '20', plainly);
  assert.match(lines.join('\n'), /good for 20 hosts[^]*run "npm run build"/);
  assert.equal(
    lines.at(-1),
    'PROMFLEET_TOKEN=pfj_x promfleet-agent enrol --controller mon:9442 --ca sha256:00 && promfleet-agent run',
  );
});
