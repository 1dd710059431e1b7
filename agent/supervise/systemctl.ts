import { execFile, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { Fault } from '../../proto/fault.ts';
import { readExitEntry, readSystemdStatus, STATUS_PROPERTIES, type SystemdStatus } from './systemd-status.ts';

/** Main process of a unit exited; see `journalctl --catalog`. */
const PROCESS_EXITED = 'MESSAGE_ID=98e322203f7a4ed290d09fe03c09fe15';
const serviceOf = (unit: string): string => `${unit}.service`;

/** @throws Fault `unavailable` with what systemctl said. */
export async function systemctl(...words: string[]): Promise<string> {
  return run('systemctl', words);
}

export async function showUnits(units: readonly string[]): Promise<Map<string, SystemdStatus>> {
  if (units.length === 0) return new Map();
  return readSystemdStatus(await systemctl('show', '--property', STATUS_PROPERTIES, '--', ...units.map(serviceOf)));
}

export async function systemdVersion(): Promise<number> {
  return Number(/^systemd (\d+)/.exec(await systemctl('--version'))?.[1] ?? 0);
}

/** Why the unit's main process last exited. */
export async function lastExitOf(unit: string): Promise<string> {
  return readExitEntry(await journal([PROCESS_EXITED, `UNIT=${serviceOf(unit)}`, '--lines=1', '--output=json']));
}

/** What the unit's own processes printed last; what systemd says of it when they printed nothing. */
export async function journalLines(unit: string, count: number): Promise<string[]> {
  const lines = [`--lines=${count}`, '--output=cat'];
  const own = await journal([`_SYSTEMD_UNIT=${serviceOf(unit)}`, ...lines]);
  return toLines(own || (await journal([`--unit=${serviceOf(unit)}`, ...lines])));
}

/** @returns the end of it. */
export function followJournal(unit: string, count: number, onLines: (lines: string[]) => void): () => void {
  const words = [`_SYSTEMD_UNIT=${serviceOf(unit)}`, '--follow', '--quiet', `--lines=${count}`, '--output=cat'];
  const child = spawn('journalctl', words, { stdio: ['ignore', 'pipe', 'ignore'] });
  child.on('error', () => {
    // No journal: nothing follows.
  });
  const lines = createInterface(child.stdout);
  lines.on('line', (line) => onLines([line]));
  return () => {
    lines.close();
    child.kill('SIGKILL');
  };
}

const journal = (words: readonly string[]) => run('journalctl', ['--quiet', '--no-pager', ...words]);

export function run(program: string, words: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = {
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
      env: { ...process.env, LC_ALL: 'C.UTF-8' },
    } as const;
    execFile(program, words, options, (error, stdout, stderr) => {
      if (!error) return resolve(stdout);
      const said = stderr.trim() || error.message;
      reject(new Fault('unavailable', `cannot ${program} ${words.join(' ')}: ${said}`, { cause: error }));
    });
  });
}

function toLines(text: string): string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}
