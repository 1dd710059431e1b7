import { isAbsolute } from 'node:path/posix';
import { Fault } from '../../proto/fault.ts';
import type { Launch } from './supervisor.ts';

const UNIT_NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;

/** What no supervisor runs, whoever asks. @throws Fault */
export function refuseLaunch({ unit, user, program, argv, env }: Launch): void {
  refuseUnitName(unit);
  refuseRoot(user, unit);
  if (!isAbsolute(program)) {
    throw new Fault('invalid', `cannot start ${unit}: its program ${program} is not an absolute path`);
  }
  const words = [program, ...argv, ...Object.entries(env).flat()];
  if (words.some((word) => word.includes('\0'))) {
    throw new Fault('invalid', `cannot start ${unit}: an argument or variable holds a zero byte`);
  }
}

/** A unit's name becomes a file's name. */
export function refuseUnitName(unit: string): void {
  if (!UNIT_NAME.test(unit)) throw new Fault('invalid', `cannot use ${JSON.stringify(unit)} as a unit's name`);
}

export function refuseRoot(user: string, unit: string): void {
  if (user !== 'root' && !/^\d+$/.test(user)) return;
  throw new Fault('denied', `cannot run ${unit} as ${user}: units never run as root`, {
    hint: 'name a user of its own, by name',
  });
}
