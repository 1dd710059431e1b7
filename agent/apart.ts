import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { Fault, type FaultCode, messageOf } from '../proto/fault.ts';
import { DiskFault } from './install/disk-fault.ts';

/** @returns what it printed, line by line to `onLine` where there is one. @throws what was thrown there, as far as it is a Fault. */
export type Apart = (words: readonly string[], how?: How) => Promise<string>;

interface How {
  readonly onLine?: (line: string) => void;
  readonly signal?: AbortSignal;
}

/** What keeps the daemon small makes work slow. */
const SMALL = /^(MALLOC_|UV_THREADPOOL_SIZE$)/;

/**
 * Does a part of the agent's work in a process of its own, which ends with it: what is downloaded, unpacked or loaded in this one would
 * leave it half as large again for good, and take thrice as long. It dies with its parent, when the pipe to it closes.
 * @param program  the agent's own entry file
 */
export const workApart =
  (program: string): Apart =>
  async (words, { onLine, signal } = {}) => {
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !SMALL.test(name)));
    const child = spawn(process.execPath, [program, ...words], { env, stdio: ['pipe', 'pipe', 'pipe'], signal });
    const printed: string[] = [];
    createInterface(child.stdout).on('line', onLine ?? ((line) => printed.push(line)));
    let complaint = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
    const ended = Promise.withResolvers<string>();
    child.on('error', (error) => ended.reject(error));
    child.on('close', (code, by) => ended.resolve(code === 0 ? '' : (by ?? `code ${code}`)));
    const end = await ended.promise;
    if (end === '') return printed.join('\n');
    throw readComplaint(complaint) ?? new Error(`the process for “${words[0]}” ended with ${end}: ${complaint.trim()}`);
  };

interface Complaint {
  readonly code: FaultCode | undefined;
  readonly message: string;
  readonly hint: string | undefined;
  readonly isOfDisk: boolean;
}

/** How a process that works apart says what was thrown in it. */
export const writeComplaint = (error: unknown): string =>
  JSON.stringify({
    code: error instanceof Fault ? error.code : undefined,
    message: messageOf(error),
    hint: error instanceof Fault ? error.hint : undefined,
    isOfDisk: error instanceof DiskFault,
  } satisfies Complaint);

function readComplaint(text: string): Error | undefined {
  try {
    const { code, message, hint, isOfDisk } = JSON.parse(text) as Complaint;
    if (isOfDisk) return new DiskFault(message, hint ?? '');
    return code ? new Fault(code, message, { hint }) : new Error(message);
  } catch {
    return undefined;
  }
}
