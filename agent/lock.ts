import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { link, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { Fault } from '../proto/fault.ts';
import { syncDirectory, writeAtomically, writeFileSynced } from './state/atomic-file.ts';
import { makeStateDirectory } from './state/state-directory.ts';
import { identify, readBootId } from './supervise/process-identity.ts';

/**
 * One agent per state directory. The lock is a socket in Linux's abstract namespace, named by an id that is kept in that
 * directory: the kernel drops it with its holder, also after kill -9, and no file is left to be judged stale. Who holds it is written
 * beside, for whoever wants to end it.
 * @throws Fault `conflict` while another agent holds it.
 */
export async function lockState(state: string): Promise<Disposable> {
  makeStateDirectory(state);
  const server = createServer((visitor) => visitor.destroy());
  server.listen({ path: `\0promfleet-agent-${await lockId(state)}` });
  try {
    await once(server, 'listening');
  } catch (error) {
    throw new Fault('conflict', `cannot use ${state}: another agent is running on it`, {
      hint: 'end that one first; the service: systemctl stop promfleet-agent',
      cause: error,
    });
  }
  await writeAtomically(`${state}/agent.pid`, JSON.stringify(identify(process.pid, readBootId())), { mode: 0o600 });
  return { [Symbol.dispose]: () => void server.close() };
}

export const lockIdPath = (state: string): string => `${state}/lock-id`;

/** Of two agents that begin together the first to link its id in gives it to both: a rename would let each have its own. */
async function lockId(state: string): Promise<string> {
  const path = lockIdPath(state);
  if (!existsSync(path)) {
    const id = randomBytes(16).toString('hex');
    const mine = `${path}.${id}`;
    await writeFileSynced(mine, id, { mode: 0o600 });
    await link(mine, path).catch(ignoreExisting);
    await rm(mine);
    await syncDirectory(state);
  }
  return readFileSync(path, 'utf8');
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}
