import assert from 'node:assert/strict';
import { test } from 'vitest';
import { quickStartHome } from '../../../../controller/cli/quick-start/home.ts';
import { summaryLines } from '../../../../controller/cli/quick-start/summary.ts';
import type { StatusView } from '../../../../controller/http/views.ts';

const ports = { apiPort: 1, sessionPort: 2, enrolmentPort: 3, pagePort: 4, prometheus: 5, nodeExporter: 6 };
const unit = { name: 'prometheus', component: 'prometheus', port: 5 };
const status = { hosts: [{ name: 'db-1', units: [unit] }] } as unknown as StatusView;
const summary = { home: quickStartHome('/srv/try'), ports, status, pageKey: 'pfo_x', folder: '/srv/try/fleet' };

test('every line of a default quick start can be typed as it stands', () => {
  assert.deepEqual(summaryLines({ ...summary, isDefaultHome: true, program: 'npx promfleet' }), [
    '',
    '  live page   http://127.0.0.1:4/#key=pfo_x',
    '  Prometheus  http://127.0.0.1:5',
    '  API         https://127.0.0.1:1',
    '  fleet       /srv/try/fleet',
    '',
    '  next        npx promfleet status',
    '              npx promfleet logs prometheus@db-1 -f',
    '              edit the fleet, then npx promfleet plan -f /srv/try/fleet',
    '              npx promfleet down',
  ]);
});

test('one that lies elsewhere says where, in every line', () => {
  const lines = summaryLines({ ...summary, isDefaultHome: false, program: 'promfleet' });
  assert.ok(lines.includes('  next        promfleet --socket /srv/try/controller/control.sock status'));
  assert.ok(lines.includes('              promfleet down --dir /srv/try'));
});
