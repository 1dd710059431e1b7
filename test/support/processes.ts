import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

export interface RunningProcess {
  readonly pid: number;
  readonly program: string;
  readonly command: string;
}

/** Every live process that runs a program, or was given a word on its command line, below a directory. */
export function processesBelow(directory: string): RunningProcess[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const program = readlinkSync(`/proc/${name}/exe`);
        const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
        const below =
          program.startsWith(`${directory}/`) || command.split(' ').some((word) => word.includes(`${directory}/`));
        return below && Number(name) !== process.pid ? [{ pid: Number(name), program, command }] : [];
      } catch {
        return [];
      }
    });
}
