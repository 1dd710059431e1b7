import assert from 'node:assert/strict';
import { test } from 'vitest';
import { listenFault } from '../../controller/listen-fault.ts';

const said = (message: string, code?: string): string => {
  const fault = listenFault(Object.assign(new Error(message), { code }), '10.9.9.9:9441', '--session-port');
  return `${fault.message}; ${fault.hint}`;
};

test('why nothing could be listened on is said by what it is, whoever words it', () => {
  assert.match(
    said(
      'No address added out of total 1 resolved errors: [listen EADDRNOTAVAIL: address not available 10.9.9.9:9441]',
    ),
    /^cannot listen on 10\.9\.9\.9:9441: this machine has no such address; "ip address" shows/,
  );
  assert.match(said('listen', 'EADDRINUSE'), /something else listens there; "ss -ltnp" .*--session-port$/);
  assert.match(said('bind: EACCES'), /this user may not; ports below 1024/);
  assert.match(said('quite new'), /: quite new; choose another/);
});
