import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { Fault } from '../proto/fault.ts';

/** @returns what it printed. @throws Fault `invalid` with what it said when it failed. */
export type Apart = (...words: readonly string[]) => Promise<string>;

/**
 * Does a part of the agent's work in a process of its own, which ends with it: what is unpacked or loaded in this one would leave it
 * half as large again for good. It dies with its parent, when the pipe to it closes.
 * @param program  the agent's own entry file
 */
export const workApart =
  (program: string): Apart =>
  async (...words) => {
    const child = spawn(process.execPath, [...process.execArgv, program, ...words], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const ended = Promise.withResolvers<string>();
    child.on('error', (error) => ended.reject(error));
    child.on('close', (code, signal) => ended.resolve(code === 0 ? '' : (signal ?? `code ${code}`)));
    const [printed, complaint, end] = await Promise.all([text(child.stdout), text(child.stderr), ended.promise]);
    if (end === '') return printed;
    const said = complaint.replace(/^promfleet-agent: /, '').trim();
    throw new Fault('invalid', said || `cannot ${words.join(' ')}: the process for it ended with ${end}`);
  };
