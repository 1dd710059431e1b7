import { spawn } from 'node:child_process';
import { closeSync, openSync, readSync } from 'node:fs';
import { messageOf } from '../../proto/fault.ts';
import type { Sandbox } from '../../proto/spec.ts';
import type { Identity } from '../supervise/supervisor.ts';

const MOST_OUTPUT = 64 * 1024;

export interface ToolRun {
  readonly program: string;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly workingDirectory: string;
  /** Undefined: as the agent itself, which then has no more rights than the unit. */
  readonly identity: Identity | undefined;
  readonly timeoutMs: number;
  /** What its unit is given, the network with it; undefined: nothing. */
  readonly asUnit?: { readonly sandbox: Sandbox | undefined; readonly mostOutput: number } | undefined;
}

export interface ToolResult {
  readonly ok: boolean;
  /** What it said on both streams, in the order that it came; the beginning when it said too much. */
  readonly output: string;
  /** What it said on the first of them alone. */
  readonly stdout: string;
  /** `exited with code 1`, `killed by SIGKILL`, `gave no answer within 60 s`, `could not be started: …`. */
  readonly end: string;
}

/** Runs a program to its end, with a bound on its time, its output and, by a process group of its own, its children. */
export function runTool(run: ToolRun, signal: AbortSignal): Promise<ToolResult> {
  const { promise, resolve } = Promise.withResolvers<ToolResult>();
  const child = spawn(run.program, run.argv, {
    cwd: run.workingDirectory,
    env: { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8', ...run.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    ...(run.identity ? { uid: run.identity.uid, gid: run.identity.gid } : {}),
  });
  let output = '';
  let stdout = '';
  const mostStdout = run.asUnit?.mostOutput ?? MOST_OUTPUT;
  let stopped = '';
  const collect = (chunk: Buffer) => {
    output = (output + chunk.toString('utf8')).slice(0, MOST_OUTPUT);
  };
  const kill = (why: string) => {
    stopped ||= why;
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It ended in the meantime.
    }
  };
  const timer = setTimeout(() => kill(`gave no answer within ${run.timeoutMs / 1000} s`), run.timeoutMs);
  const onAbort = () => kill('was interrupted');
  signal.addEventListener('abort', onAbort, { once: true });
  const finish = (ok: boolean, end: string) => {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
    resolve({ ok, output: output.trim(), stdout, end: stopped || end });
  };
  child.stdout.on('data', (chunk: Buffer) => {
    collect(chunk);
    stdout = (stdout + chunk.toString('utf8')).slice(0, mostStdout);
  });
  child.stderr.on('data', collect);
  child.on('error', (error) => finish(false, `could not be started: ${messageOf(error)}`));
  child.on('close', (code, by) => finish(code === 0 && !stopped, by ? `killed by ${by}` : `exited with code ${code}`));
  return promise;
}

/** Begins with `#!`: another program runs it. */
export function isScript(path: string): boolean {
  const file = openSync(path, 'r');
  try {
    const start = Buffer.alloc(2);
    readSync(file, start);
    return start.toString('latin1') === '#!';
  } finally {
    closeSync(file);
  }
}
