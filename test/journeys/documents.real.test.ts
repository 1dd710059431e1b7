import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { freePorts } from '../support/free-port.ts';
import { processesBelow } from '../support/processes.ts';
import { commandsOf } from './commands-of.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'promfleet-readme-'));
const clone = join(directory, 'clone');
const home = join(directory, 'quickstart');

// Everything that git knows of, as it is now: what someone gets who clones this.
beforeAll(async () => {
  chmodSync(directory, 0o755);
  execFileSync('git', ['clone', '--quiet', '--depth', '1', `file://${ROOT}`, clone]);
  const changed = execFileSync('git', ['ls-files', '-mo', '--exclude-standard'], { cwd: ROOT, encoding: 'utf8' });
  for (const path of changed.split('\n').filter((name) => name !== '' && existsSync(join(ROOT, name)))) {
    cpSync(join(ROOT, path), join(clone, path));
  }
  const names = ['apiPort', 'sessionPort', 'enrolmentPort', 'pagePort', 'prometheus', 'nodeExporter'];
  const ports = await freePorts(names.length);
  mkdirSync(home);
  writeFileSync(join(home, 'ports.json'), JSON.stringify(Object.fromEntries(names.map((name, i) => [name, ports[i]]))));
});

afterAll(async () => {
  await bash('installers/promfleet down --yes');
  for (const left of processesBelow(directory)) process.kill(left.pid, 'SIGKILL');
  rmSync(directory, { recursive: true, force: true });
});

/** The machine of whoever follows the document: its own home, nothing of ours but the clone. */
function bash(command: string): Promise<{ code: number; text: string }> {
  const { PATH = '', ...rest } = process.env;
  const foreign = PATH.split(':').filter((part) => !part.includes('node_modules'));
  const env = { ...rest, PATH: foreign.join(':'), HOME: directory, PROMFLEET_QUICKSTART: home, NO_COLOR: '1' };
  return new Promise((done) => {
    execFile('bash', ['-c', command], { cwd: clone, env, timeout: 240_000 }, (error, stdout, stderr) => {
      done({ code: error ? Number(error.code ?? -1) : 0, text: stdout + stderr });
    });
  });
}

const shell = 'promfleet() { npx promfleet "$@"; }; ';
/** The one line that stands for a place on the reader's machine, and the one command that would run this test again. */
const adapt = (command: string): string =>
  shell + command.replace(/^FLEET=\S+/, '').replaceAll('$FLEET', join(home, 'fleet'));

async function follow(document: string): Promise<void> {
  const commands = commandsOf(readFileSync(join(clone, document), 'utf8')).filter(
    ({ command }) => command !== 'npm test',
  );
  assert.notEqual(commands.length, 0);
  for (const { command, exits } of commands) {
    const { code, text } = await bash(adapt(command));
    assert.equal(code, exits, `${document}: ${command}\nexited with ${code}, not ${exits}:\n${text}`);
  }
}

describe('every command of the documents does what they say', { timeout: 600_000 }, () => {
  test('README, from a clean clone: the first command ends with the real thing running', async () => {
    await follow('README.md');
    assert.deepEqual(processesBelow(home), [], 'left running after down');
    assert.equal(existsSync(home), false, 'left on disk after down');
  });

  test('docs/operating.md', async () => {
    const up = await bash('installers/promfleet up');
    assert.equal(up.code, 0, up.text);
    await follow('docs/operating.md');
  });
});
