import { spawn } from 'node:child_process';
import {
  constants,
  copyFileSync,
  existsSync,
  lchownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { Fault } from '../../proto/fault.ts';
import type { SpecFile } from '../../proto/spec.ts';

const TIMEOUT_MS = 30_000;
/** Before the process id of whoever checks. */
const STAGE = 'promfleet-check-';
const MAX_OUTPUT = 256 * 1024;
/** Programs of a fleet never run as root, not even to look at a file. */
const NOBODY = 65_534;

export interface ToolResult {
  readonly code: number;
  /** What it said on both its outputs, cut off when it is endless. */
  readonly output: string;
}

const isRoot = (): boolean => process.getuid?.() === 0;

/** Runs a program of a release in a directory. @throws Fault `unavailable` when it can't be run, or does not end. */
export function runTool(program: string, argv: readonly string[], directory: string): Promise<ToolResult> {
  const own = isRoot() ? { uid: NOBODY, gid: NOBODY } : {};
  const runnable = isRoot() ? reachable(program, directory) : program;
  return new Promise((resolve, reject) => {
    const tool = spawn(runnable, argv, {
      cwd: directory,
      env: { PATH: '/usr/bin:/bin', HOME: directory, LANG: 'C' },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: TIMEOUT_MS,
      killSignal: 'SIGKILL',
      ...own,
    });
    let output = '';
    const take = (chunk: Buffer): void => {
      if (output.length < MAX_OUTPUT) output += chunk.toString('utf8');
    };
    tool.stdout.on('data', take);
    tool.stderr.on('data', take);
    const cannot = (why: string): Fault =>
      new Fault('unavailable', `cannot check with ${basename(program)}: ${why}`, {
        hint: 'is this a release for the controller’s own architecture?',
      });
    tool.on('error', (error) => reject(cannot(error.message)));
    tool.on('close', (code, signal) => {
      if (code === null)
        reject(cannot(signal === 'SIGKILL' ? `it did not end in ${TIMEOUT_MS / 1000} s` : `${signal}`));
      else resolve({ code, output });
    });
  });
}

/** The program where NOBODY can run it: below a directory that only root may enter, it needs a second name or a copy. */
function reachable(program: string, directory: string): string {
  for (let above = dirname(program); above !== dirname(above); above = dirname(above)) {
    if ((statSync(above).mode & 0o001) !== 0) continue;
    const copy = join(directory, `.${basename(program)}`);
    if (existsSync(copy)) return copy;
    try {
      linkSync(program, copy);
    } catch {
      // Another file system. The directory is NOBODY's: what lies there already is not written through.
      copyFileSync(program, copy, constants.COPYFILE_EXCL);
    }
    return copy;
  }
  return program;
}

/** Removes what a controller that was killed in the middle of a check left behind. */
export function sweepStages(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = name.startsWith(STAGE) ? Number.parseInt(name.slice(STAGE.length), 10) : 0;
    if (!(pid > 0) || isAlive(pid)) continue;
    try {
      sweep(join(tmpdir(), name));
    } catch {
      // Another one sweeps, too; what is still there at the next start goes then.
    }
  }
}

function sweep(path: string): void {
  // Anyone may make a directory of that name: only our own is touched, and taken back before anything in it is.
  const { uid } = lstatSync(path);
  if (uid !== process.getuid?.() && !(isRoot() && uid === NOBODY)) return;
  if (isRoot()) lchownSync(path, 0, 0);
  rmSync(path, { recursive: true, force: true });
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** A directory with these files, gone when `work` is done. Whoever runs tools in it owns it, and nobody else reads it. */
export async function inStage<T>(files: readonly SpecFile[], work: (directory: string) => Promise<T>): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), `${STAGE}${process.pid}-`));
  try {
    for (const file of files) {
      const path = join(directory, file.path);
      if (!path.startsWith(`${directory}/`)) {
        throw new Fault('invalid', `cannot stage ${JSON.stringify(file.path)}: it lies outside the configuration`);
      }
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      writeFileSync(path, file.content, { mode: 0o600 });
    }
    if (isRoot()) handOver(directory);
    return await work(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Given away from the inside out: while something is still to be done in it, NOBODY can't reach in and change what is there. */
function handOver(directory: string): void {
  for (const name of readdirSync(directory, { recursive: true, encoding: 'utf8' })) {
    lchownSync(join(directory, name), NOBODY, NOBODY);
  }
  lchownSync(directory, NOBODY, NOBODY);
}
