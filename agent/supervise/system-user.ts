import { readFileSync } from 'node:fs';
import { Fault } from '../../proto/fault.ts';
import type { Identity } from './supervisor.ts';
import { run } from './systemctl.ts';

const NO_LOGIN = /\/(nologin|false)$/;
/** Marks the users that we made: others are never removed. */
const MADE_BY_US = 'promfleet unit';

/**
 * Finds the system user of that name, or makes it: no home, no shell, a group of its own.
 * @throws Fault `denied` when it is root by another name, or a person, whose files and groups are no unit's business.
 */
export async function systemUser(name: string, passwd = '/etc/passwd'): Promise<Identity> {
  const found = findUser(name, passwd);
  if (!found) {
    const words = [
      '--system',
      '--no-create-home',
      '--home-dir=/nonexistent',
      '--shell=/usr/sbin/nologin',
      '--user-group',
      `--comment=${MADE_BY_US}`,
    ];
    await run('useradd', [...words, '--', name]);
  }
  const user = found ?? findUser(name, passwd);
  if (!user) throw new Fault('unavailable', `cannot create user ${name}: useradd made none`);
  if (user.uid === 0 || user.gid === 0) {
    throw new Fault('denied', `cannot run a unit as ${name}: its user or group id is root's`);
  }
  if (!NO_LOGIN.test(user.shell)) {
    throw new Fault('denied', `cannot run a unit as ${name}: someone can log in as that user`, {
      hint: `name a user of its own, or take its shell away (usermod --shell /usr/sbin/nologin ${name})`,
    });
  }
  return { uid: user.uid, gid: user.gid };
}

/** Nothing of theirs is left, or it is nobody's. */
export async function removeUsersMade(passwd = '/etc/passwd'): Promise<void> {
  for (const name of usersMade(readFileSync(passwd, 'utf8'))) await run('userdel', ['--', name]);
}

export const usersMade = (passwd: string): string[] =>
  passwd
    .split('\n')
    .map((line) => line.split(':'))
    .filter(([, , , , comment]) => comment === MADE_BY_US)
    .map(([name = '']) => name);

function findUser(name: string, passwd: string): (Identity & { readonly shell: string }) | undefined {
  const line = readFileSync(passwd, 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${name}:`));
  const [, , uid, gid, , , shell = ''] = line?.split(':') ?? [];
  return uid === undefined ? undefined : { uid: Number(uid), gid: Number(gid), shell };
}
