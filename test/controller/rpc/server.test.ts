import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import pino from 'pino';
import { test } from 'vitest';
import { serveRpc } from '../../../controller/rpc/server.ts';
import { Sessions } from '../../../controller/sessions/sessions.ts';
import { openControllerState } from '../../support/open-controller-state.ts';

test('a port that is taken is named, and nothing stays open', async () => {
  using state = await openControllerState();
  const taken = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => taken.once('listening', resolve));
  const { port } = taken.address() as { port: number };
  const { stores, commit, authority, now } = state;
  const trust = () => ({ authorities: authority.roots(), digest: authority.trustDigest(), signer: authority.signer() });
  const shared = { stores, commit, now, inventoryChanged: () => {} };
  const sessions = new Sessions({ ...shared, publish: () => {}, trust, proofs: authority });
  const options = { ...shared, authority, sessions, names: [], archivePath: () => '' };
  const fill = () => undefined;
  await assert.rejects(
    serveRpc({
      ...options,
      fill,
      host: '127.0.0.1',
      sessionPort: 0,
      enrolmentPort: port,
      log: pino({ level: 'silent' }),
    }),
    { name: 'Fault', code: 'unavailable', message: new RegExp(`cannot listen on 127.0.0.1:${port}`), hint: /ss -ltnp/ },
  );
  taken.close();
});
