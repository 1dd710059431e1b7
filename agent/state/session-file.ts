import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { identify, isAlive, type ProcessIdentity, readBootId } from '../supervise/process-identity.ts';

/** How an agent stands with its controller, for whoever asks on the host. */
export interface SessionNote {
  /** Whose note it is: that of an agent that is gone says nothing. */
  readonly agent: ProcessIdentity | undefined;
  /** Where the session goes; '' while there is none. */
  readonly address: string;
  /** Why there is none. */
  readonly problem: string;
  /** How long it has been so: connected there, or not connected, whatever was said of why. */
  readonly sinceMs: number;
}

const pathOf = (state: string): string => `${state}/session.json`;

/** Losing it in a power cut costs nothing: it speaks of a process that is gone then. No session waits for room on the disk. */
export function noteSession(state: string, note: Pick<SessionNote, 'address' | 'problem'>, now: number): void {
  const before = readSession(state);
  const sinceMs = before?.address === note.address ? before.sinceMs : now;
  const agent = identify(process.pid, readBootId());
  try {
    writeFileSync(`${pathOf(state)}.promfleet-new`, JSON.stringify({ agent, ...note, sinceMs }), { mode: 0o600 });
    renameSync(`${pathOf(state)}.promfleet-new`, pathOf(state));
  } catch {
    rmSync(pathOf(state), { force: true });
  }
}

/** Of an agent that runs; undefined when there is none, or it has not tried yet. */
export function readSession(state: string): SessionNote | undefined {
  try {
    const note = JSON.parse(readFileSync(pathOf(state), 'utf8')) as SessionNote;
    return note.agent && isAlive(note.agent, readBootId()) ? note : undefined;
  } catch {
    return undefined;
  }
}
