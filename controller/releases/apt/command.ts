import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { Fault } from '../../../proto/fault.ts';

export interface CommandOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly signal?: AbortSignal | undefined;
  /** Reads file descriptor 3 of the command. */
  readonly onStatus?: (lines: string) => void;
}

/** What it printed. @throws Fault `unavailable` with the command's own last words when it fails or is not there. */
export async function runCommand(
  program: string,
  args: readonly string[],
  { env, cwd, signal, onStatus }: CommandOptions = {},
): Promise<string> {
  const child = spawn(program, args, {
    cwd,
    signal,
    env: { ...process.env, ...env, LC_ALL: 'C.UTF-8' },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const [, stdout, stderr, status] = child.stdio as unknown as [null, Readable, Readable, Readable];
  const ended = new Promise<number | string>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, killer) => resolve(code ?? killer ?? 'unknown'));
  });
  status.setEncoding('utf8').on('data', (lines: string) => onStatus?.(lines));
  try {
    const [code, output, complaint] = await Promise.all([ended, text(stdout), text(stderr)]);
    if (code === 0) return output;
    throw new Fault('unavailable', `${program} ${args[0] ?? ''} failed: ${lastWords(complaint || output)}`, {
      cause: { code, complaint },
    });
  } catch (error) {
    if (error instanceof Fault) throw error;
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    const reason = missing ? `this machine has no ${program}` : String(error);
    throw new Fault('unavailable', `cannot run ${program}: ${reason}`, { cause: error });
  }
}

/** apt says what failed in lines that begin with E: and explains it in lines before. */
function lastWords(output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  const errors = lines.filter((line) => line.startsWith('E:') && !line.startsWith('E: Some index files failed'));
  return (errors.length > 0 ? errors : lines).slice(-3).join(' ').slice(0, 600);
}
