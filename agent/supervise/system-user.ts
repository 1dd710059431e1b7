import { readFileSync } from 'node:fs';
import { Fault } from '../../proto/fault.ts';
import type { Identity } from './supervisor.ts';
import { run } from './systemctl.ts';

/** Finds the system user of that name, or makes it: no home, no shell, a group of its own. */
export async function systemUser(name: string): Promise<Identity> {
  const found = findUser(name);
  if (!found) {
    const words = [
      '--system',
      '--no-create-home',
      '--home-dir=/nonexistent',
      '--shell=/usr/sbin/nologin',
      '--user-group',
    ];
    await run('useradd', [...words, '--', name]);
  }
  const user = found ?? findUser(name);
  if (!user) throw new Fault('unavailable', `cannot create user ${name}: useradd made none`);
  if (user.uid === 0 || user.gid === 0) {
    throw new Fault('denied', `cannot run a unit as ${name}: its user or group id is root's`);
  }
  return user;
}

function findUser(name: string): Identity | undefined {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${name}:`));
  const [, , uid, gid] = line?.split(':') ?? [];
  return uid === undefined ? undefined : { uid: Number(uid), gid: Number(gid) };
}
