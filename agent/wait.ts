import { setTimeout as sleep } from 'node:timers/promises';
import { Fault } from '../proto/fault.ts';
import { readSession } from './state/session-file.ts';

const LOOK_MS = 100;

/** Resolves with the address of the session once there is one. @throws Fault `unavailable` saying why there is none in time. */
export async function waitForSession(state: string, seconds: number): Promise<string> {
  let why = 'no agent is running here';
  for (let waitedMs = 0; ; waitedMs += LOOK_MS) {
    const note = readSession(state);
    if (note?.address) return note.address;
    why = note?.problem || why;
    if (waitedMs >= seconds * 1_000) break;
    await sleep(LOOK_MS);
  }
  throw new Fault('unavailable', `cannot see a session with the controller within ${seconds} s: ${why}`);
}
