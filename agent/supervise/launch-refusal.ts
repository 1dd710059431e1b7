import { isAbsolute } from 'node:path/posix';
import { Fault } from '../../proto/fault.ts';
import type { Launch } from './supervisor.ts';

const UNIT_NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;

const USER_NAME = /^[a-z_][a-z0-9_-]{0,31}$/i;
const SIGNAL = /^SIG[A-Z0-9+]+$/;

/** What no supervisor runs, whoever asks. @throws Fault */
export function refuseLaunch(launch: Launch): void {
  refuseUnitName(launch.unit);
  refuseRoot(launch.user, launch.unit);
  const wrong = [...findWrong(launch)];
  if (wrong.length > 0) throw new Fault('invalid', `cannot start ${launch.unit}: ${wrong.join(', ')}`);
}

function* findWrong({ program, argv, env, user, workingDirectory, writable, stop }: Launch): Iterable<string> {
  if (!USER_NAME.test(user)) yield `${JSON.stringify(user)} is no user's name`;
  if (!SIGNAL.test(stop.signal)) yield `${JSON.stringify(stop.signal)} is no signal`;
  for (const path of [program, workingDirectory, ...writable]) {
    if (!isAbsolute(path) || path.includes('\n')) yield `${JSON.stringify(path)} is no absolute path`;
  }
  const words = [program, workingDirectory, ...writable, ...argv, ...Object.entries(env).flat()];
  if (words.some((word) => word.includes('\0'))) yield 'an argument, path or variable holds a zero byte';
  for (const name of Object.keys(env)) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) yield `${JSON.stringify(name)} is no variable's name`;
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
