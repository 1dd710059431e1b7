import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { Fault } from '../../proto/fault.ts';
import type { Unpack } from './release.ts';

/**
 * Unpacks in a process of its own, which ends with it: a hundred megabytes that go through this one would leave it
 * half as large again for good. It dies with its parent, when the pipe to it closes.
 * @param program  the agent's own entry file
 */
export const unpackApart =
  (program: string): Unpack =>
  async (archive, into) => {
    const child = spawn(process.execPath, [...process.execArgv, program, 'unpack', archive, into], {
      stdio: ['pipe', 'ignore', 'pipe'],
    });
    const ended = Promise.withResolvers<string>();
    child.on('error', (error) => ended.reject(error));
    child.on('close', (code, signal) => ended.resolve(code === 0 ? '' : (signal ?? `code ${code}`)));
    const [words, end] = await Promise.all([text(child.stderr), ended.promise]);
    if (end === '') return;
    const said = words.replace(/^promfleet-agent: /, '').trim();
    throw new Fault('invalid', said || `cannot unpack ${archive}: the process for it ended with ${end}`);
  };
