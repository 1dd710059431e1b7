// Makes a clone ready to run, from nothing but npm: installs what package-lock.json says and builds dist/.
// Run before `npm start` and `npm test`; does nothing that is done already. Plain .mjs, for the system's older Node.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const lock = createHash('sha256')
  .update(readFileSync(`${root}package-lock.json`))
  .digest('hex');
const mark = `${root}node_modules/.promfleet-installed`;
const run = (program, ...args) => execFileSync(program, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });

if (!existsSync(mark) || readFileSync(mark, 'utf8') !== lock) {
  console.log('promfleet: installing what package-lock.json names (once) …');
  run('npm', 'ci', '--loglevel=error');
  writeFileSync(mark, lock);
}
run(`${root}node_modules/.bin/node`, `${root}installers/build.mjs`, '--quiet');
run(`${root}node_modules/.bin/node`, `${root}installers/build-downloads.ts`, '--present', '--quiet');
