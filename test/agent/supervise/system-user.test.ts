import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test } from 'vitest';
import { systemUser, usersMade } from '../../../agent/supervise/system-user.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const PASSWD = [
  'root:x:0:0:root:/root:/bin/bash',
  'toor:x:0:0::/root:/usr/sbin/nologin',
  'alice:x:1000:1000:Alice:/home/alice:/bin/bash',
  'careless:x:1001:1001::/home/careless:',
  'prometheus:x:110:115:promfleet unit:/nonexistent:/usr/sbin/nologin',
  'mine:x:1002:1002::/nonexistent:/bin/false',
];

test('a user that is there is used when nobody can log in as it, and never when it is root by any name', async () => {
  using directory = temporaryDirectory();
  const passwd = `${directory.path}/passwd`;
  writeFileSync(passwd, PASSWD.join('\n'));
  assert.deepEqual(await systemUser('prometheus', false, passwd), { uid: 110, gid: 115 });
  assert.deepEqual(await systemUser('mine', true, passwd), { uid: 1002, gid: 1002 });
  await assert.rejects(systemUser('mine', false, passwd), {
    code: 'denied',
    message: 'cannot run a unit as mine: that user is there already, and promfleet did not make it',
  });
  for (const name of ['root', 'toor']) {
    await assert.rejects(systemUser(name, true, passwd), { code: 'denied', message: /id is root's/ });
  }
  for (const name of ['alice', 'careless']) {
    await assert.rejects(systemUser(name, true, passwd), {
      code: 'denied',
      message: /someone can log in as that user/,
    });
  }
});

test('of all users only those that we made are ours to remove', () => {
  const made = 'node_exporter:x:998:998:promfleet unit:/nonexistent:/usr/sbin/nologin';
  assert.deepEqual(
    usersMade([...PASSWD, made, 'eve:x:1003:1003:Eve promfleet unit:/home/eve:/bin/sh', ''].join('\n')),
    ['prometheus', 'node_exporter'],
  );
});
