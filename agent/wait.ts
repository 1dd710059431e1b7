import { setTimeout as sleep } from 'node:timers/promises';
import { Fault } from '../proto/fault.ts';
import { readSession } from './state/session-file.ts';

const LOOK_MS = 100;
/** A controller that refuses this host does so at once: a session that lasted this long was granted. */
const GRANTED_LOOKS = 5;

/** Resolves with the address of the session once there is one. @throws Fault `unavailable` saying why there is none in time. */
export async function waitForSession(state: string, seconds: number): Promise<string> {
  const looks = Math.ceil((seconds * 1_000) / LOOK_MS) + GRANTED_LOOKS;
  let granted = 0;
  let why = 'no agent is running here';
  for (let look = 0; look < looks; look++) {
    const note = readSession(state);
    granted = note?.address ? granted + 1 : 0;
    if (note && granted >= GRANTED_LOOKS) return note.address;
    why = note?.problem || why;
    await sleep(LOOK_MS);
  }
  throw new Fault('unavailable', `cannot see a session with the controller within ${seconds} s: ${why}`);
}
