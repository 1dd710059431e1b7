import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, test } from 'vitest';
import { processesBelow } from '../support/processes.ts';
import { QuickStart } from '../support/quick-start.ts';
import { realMirror } from '../support/real-releases.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
let mirror: Awaited<ReturnType<typeof realMirror>>;
let world: QuickStart;

beforeAll(async () => {
  [mirror, world] = await Promise.all([realMirror(), QuickStart.create()]);
  world.writeFleet(mirror.url);
  const { code, stdout, stderr } = await world.up();
  assert.equal(code, 0, stdout + stderr);
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await mirror[Symbol.asyncDispose]();
});

const page = async (port: number, path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).text();

test('Prometheus scrapes node_exporter and itself', async () => {
  const answer = await page(world.ports.prometheus, '/api/v1/query?query=up');
  const { data } = JSON.parse(answer) as { data: { result: { metric: { job: string }; value: [number, string] }[] } };
  const jobs = data.result.map(({ metric, value }) => `${metric.job}=${value[1]}`).toSorted();
  assert.deepEqual(jobs, ['main=1', 'node=1']);
});

test('node_exporter is told of no directory that is not there', async () => {
  assert.match(await page(world.ports.nodeExporter, '/metrics'), /^node_textfile_scrape_error 0$/m);
});

const uidOf = (pid: number): number => Number(/^Uid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);

test('no unit runs as root', () => {
  for (const unit of ['prometheus', 'node_exporter'] as const) assert.notEqual(uidOf(world.pidOf(unit)), 0, unit);
});

test('the same command again changes nothing', async () => {
  const before = [
    world.pidOf('prometheus'),
    world.pidOf('node_exporter'),
    world.pidOf('agent'),
    world.pidOf('controller'),
  ];
  const { code, stdout } = await world.up();
  assert.equal(code, 0);
  assert.match(stdout, /nothing to change/);
  assert.deepEqual(
    [world.pidOf('prometheus'), world.pidOf('node_exporter'), world.pidOf('agent'), world.pidOf('controller')],
    before,
  );
});

test('up without a folder restarts what died and leaves the fleet as it was applied', async () => {
  const before = await world.get<unknown[]>('/v1/revisions');
  const agent = world.pidOf('agent');
  process.kill(agent, 'SIGKILL');
  const { code, stdout, stderr } = await world.run('up', '--dir', world.home);
  assert.equal(code, 0, stdout + stderr);
  assert.match(stdout, /fleet {7}revision 1 as it is/);
  assert.notEqual(world.pidOf('agent'), agent);
  assert.deepEqual(await world.get<unknown[]>('/v1/revisions'), before);
});

test('a folder with an error is refused before anything is started', async () => {
  await using other = await QuickStart.create();
  other.write({ 'fleet.yaml': 'kind: Exporter\nname: node\ncomponent: node_exporter\nversion: 1.10\n' });
  const { code, stderr } = await other.up();
  assert.equal(code, 1);
  assert.match(stderr, /fleet\.yaml:4:10/);
  assert.deepEqual(processesBelow(other.directory), []);
});

/** Whoever is not root must be able to reach this clone. */
const isReachable = (): boolean => {
  for (let at = ROOT; at !== dirname(at); at = dirname(at)) if ((statSync(at).mode & 0o001) === 0) return false;
  return true;
};

test.skipIf(process.getuid?.() !== 0 || !isReachable())('a user with no rights can do it all, too', async () => {
  const uid = 54_321;
  await using other = await QuickStart.create(uid);
  other.writeFleet(mirror.url);
  const { code, stdout, stderr } = await other.up();
  assert.equal(code, 0, stdout + stderr);
  for (const { pid, command } of processesBelow(other.directory)) assert.equal(uidOf(pid), uid, command);
  await other.must('down', '--dir', other.home, '--yes');
  assert.deepEqual(processesBelow(other.directory), []);
});

test('down leaves nothing', async () => {
  await world.must('down', '--dir', world.home, '--yes');
  assert.deepEqual(processesBelow(world.directory), []);
  assert.deepEqual(readdirSync(world.directory), ['fleet']);
});
