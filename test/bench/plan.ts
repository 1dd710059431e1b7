import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { openDatabase } from '../../controller/store/database.ts';
import { openStores } from '../../controller/store/stores.ts';
import { eventually } from '../support/eventually.ts';
import { machineArch, realMirror } from '../support/real-releases.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { cpuSecondsOf, percentile, type Row } from './figures.ts';
import { hostRows, largeFleet } from './large-fleet.ts';

const PROMFLEET = fileURLToPath(new URL('../../installers/promfleet', import.meta.url));
const PLANS = 5;
const STARTS_WITHIN_MS = 60_000;

/** `promfleet plan` against a real controller whose store holds that many hosts; no agent runs. */
export async function benchPlan(): Promise<Row[]> {
  return [...(await planOver(500, 2)), ...(await planOver(5_000, 10))];
}

async function planOver(hosts: number, goal: number): Promise<Row[]> {
  await using mirror = await realMirror();
  using directory = temporaryDirectory();
  const home = join(directory.path, 'controller');
  await stop(await start(home));
  const database = openDatabase(join(home, 'promfleet.db'));
  database.transaction(() => {
    const stores = openStores(database);
    for (const row of hostRows(hosts, machineArch)) stores.hosts.insert(row);
  })();
  database.close();
  const folder = join(directory.path, 'fleet');
  const write = (change: string): void => {
    mkdirSync(folder, { recursive: true });
    for (const [name, content] of Object.entries(largeFleet(mirror.url, change)))
      writeFileSync(join(folder, name), content);
  };
  const controller = await start(home);
  const run = typed(home, folder, controller.pid ?? assert.fail('it did not start'));
  try {
    write('one');
    // The releases are fetched by the first: that is a matter of the network.
    await run('plan', '--no-diff');
    const first = await several(() => run('plan', '--no-diff'));
    await run('apply', '--yes', '--no-wait');
    // Each time another value, so that every configuration is another one, and promtool is asked of it.
    const changed = await several((n) => {
      write(`change ${n}`);
      return run('plan');
    });
    const what = `plan over ${hosts} hosts and 50 resources`;
    return [
      row(`${what}, nothing applied yet, p50 of ${PLANS}`, first, goal),
      row(`${what}, a label of every Prometheus changes, p50 of ${PLANS}`, changed, goal),
    ];
  } finally {
    await stop(controller);
  }
}

interface Cost {
  readonly wall: number;
  readonly cpu: number;
}

const several = async (work: (n: number) => Promise<Cost>): Promise<Cost[]> => {
  const costs: Cost[] = [];
  for (let n = 0; n < PLANS; n++) costs.push(await work(n));
  return costs;
};

function row(what: string, costs: readonly Cost[], goal: number): Row {
  const middle = (key: keyof Cost) =>
    percentile(
      costs.map((cost) => cost[key]),
      0.5,
    );
  const wall = middle('wall');
  return {
    what,
    figure: `${wall.toFixed(2)} s (${middle('cpu').toFixed(2)} CPU-s of the controller)`,
    floor: '',
    goal: `≤ ${goal} s`,
    met: wall <= goal,
  };
}

async function start(home: string): Promise<ChildProcess> {
  mkdirSync(home, { recursive: true });
  const log = openSync(join(home, 'log'), 'w');
  const ports = ['--api-port', '0', '--session-port', '0', '--enrolment-port', '0'];
  const words = ['controller', '--dir', home, '--listen', '127.0.0.1', '--name', '127.0.0.1', ...ports];
  const controller = spawn(PROMFLEET, words, { stdio: ['ignore', log, log] });
  await eventually(() => {
    assert.ok(existsSync(join(home, 'control.sock')), readFileSync(join(home, 'log'), 'utf8'));
    assert.match(readFileSync(join(home, 'log'), 'utf8'), /controller is up/);
  }, STARTS_WITHIN_MS);
  return controller;
}

async function stop(controller: ChildProcess): Promise<void> {
  const ended = once(controller, 'exit');
  controller.kill('SIGTERM');
  await ended;
}

/** A verb of the CLI on the folder, as it is typed. */
const typed =
  (home: string, folder: string, pid: number) =>
  async (verb: string, ...words: readonly string[]): Promise<Cost> => {
    const env = { ...process.env, NO_COLOR: '1', PROMFLEET_SOCKET: join(home, 'control.sock') };
    const [cpu, began] = [cpuSecondsOf(pid), performance.now()];
    const { code, stderr } = await promisify(execFile)(PROMFLEET, [verb, '-f', folder, ...words], {
      env,
      maxBuffer: 256 * 1024 * 1024,
    }).then(
      () => ({ code: 0, stderr: '' }),
      (error: { code: number; stderr: string }) => error,
    );
    // A plan that finds changes ends with 2.
    assert.ok(code === 0 || (verb === 'plan' && code === 2), stderr);
    return { wall: (performance.now() - began) / 1_000, cpu: cpuSecondsOf(pid) - cpu };
  };
