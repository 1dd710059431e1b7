import { readFileSync } from 'node:fs';
import { Fault } from '../../proto/fault.ts';
import type { Identity } from './supervisor.ts';
import { run } from './systemctl.ts';

const NO_LOGIN = /\/(nologin|false)$/;

/** In the comment of a user that was made here for a unit: others are never removed. */
const MADE_HERE = 'promfleet unit';

/**
 * Finds the system user of that name, or makes it: no home, no shell, a group of its own.
 * @throws Fault `denied` when it is no unit's.
 */
export async function systemUser(name: string, mayAdopt: boolean, passwd = '/etc/passwd'): Promise<Identity> {
  const present = presentUser(name, mayAdopt, passwd);
  if (present) return present;
  const words = [
    '--system',
    '--no-create-home',
    '--home-dir=/nonexistent',
    '--shell=/usr/sbin/nologin',
    '--user-group',
  ];
  await run('useradd', [...words, `--comment=${MADE_HERE}`, '--', name]);
  const made = presentUser(name, mayAdopt, passwd);
  if (!made) throw new Fault('unavailable', `cannot create user ${name}: useradd made none`);
  return made;
}

/**
 * The same, making none. One that promfleet did not make may own what is no unit's business, or be trusted by others on this host: it is
 * used only when the administrator of the host says so.
 * @throws Fault `denied` when it is such a one, root by another name, or a person.
 */
export function presentUser(name: string, mayAdopt: boolean, passwd = '/etc/passwd'): Identity | undefined {
  const user = findUser(name, passwd);
  if (!user) return undefined;
  if (user.uid === 0 || user.gid === 0) {
    throw new Fault('denied', `cannot run a unit as ${name}: its user or group id is root's`);
  }
  if (!NO_LOGIN.test(user.shell)) {
    throw new Fault('denied', `cannot run a unit as ${name}: someone can log in as that user`, {
      hint: `name a user of its own, or take its shell away (usermod --shell /usr/sbin/nologin ${name})`,
    });
  }
  if (user.comment !== MADE_HERE && !mayAdopt) {
    throw new Fault(
      'denied',
      `cannot run a unit as ${name}: that user is there already, and promfleet did not make it`,
      {
        hint: `if it is meant for this unit, the host’s administrator allows it: "allow: { run_as_users: [${name}] }" in /etc/promfleet/agent.yaml, with the users of its other units; else name the unit otherwise`,
      },
    );
  }
  return { uid: user.uid, gid: user.gid };
}

/** Nothing of theirs is left, or it is nobody's; but who runs a unit of another agent on this host. */
export async function removeUsersMade(inUse: ReadonlySet<string>, passwd = '/etc/passwd'): Promise<void> {
  const made = usersMade(readFileSync(passwd, 'utf8'));
  for (const name of made.filter((user) => !inUse.has(user))) await run('userdel', ['--', name]);
}

export const usersMade = (passwd: string): string[] =>
  passwd
    .split('\n')
    .map((line) => line.split(':'))
    .filter(([, , , , comment]) => comment === MADE_HERE)
    .map(([name = '']) => name);

export const uidOf = (name: string, passwd = '/etc/passwd'): number | undefined => findUser(name, passwd)?.uid;

function findUser(
  name: string,
  passwd: string,
): (Identity & { readonly comment: string; readonly shell: string }) | undefined {
  const line = readFileSync(passwd, 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${name}:`));
  const [, , uid, gid, comment = '', , shell = ''] = line?.split(':') ?? [];
  return uid === undefined ? undefined : { uid: Number(uid), gid: Number(gid), comment, shell };
}
