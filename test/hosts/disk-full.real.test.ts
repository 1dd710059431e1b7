import assert from 'node:assert/strict';
import { afterAll, beforeAll, test } from 'vitest';
import type { UnitView } from '../../controller/http/views.ts';
import { eventually } from '../support/eventually.ts';
import { CONVERGES_WITHIN_MS, FleetOfHosts, smallFleet } from './fleet-of-hosts.ts';
import { describeLab, type LabHost, labOf } from './lab-host.ts';

const PATIENCE_MS = 90_000;
const ENOUGH = 8;
/** Less than a start takes after a rescue. */
const TOO_LITTLE_BYTES = 20 * 1024 * 1024;

describeLab('a host whose disk is full', () => {
  let fleet: FleetOfHosts;
  let host: LabHost;

  beforeAll(async () => {
    fleet = await FleetOfHosts.open(labOf(8));
    [host] = (await fleet.lab.boot({ diskMiB: 1024 })) as [LabHost];
    await fleet.enrol([host]);
    fleet.write(smallFleet(fleet.mirror.url));
    await fleet.apply();
    await fleet.converged([host]);
  }, CONVERGES_WITHIN_MS);
  afterAll(() => fleet?.[Symbol.asyncDispose]());

  const prometheus = async (): Promise<UnitView> =>
    (await fleet.hostView(host)).units.find(({ name }) => name === 'prometheus') ??
    assert.fail('there is no prometheus');
  const until = (holds: (unit: UnitView) => boolean, withinMs = PATIENCE_MS) =>
    eventually(async () => {
      const unit = await prometheus();
      assert.ok(holds(unit), JSON.stringify(unit, undefined, 1));
      return unit;
    }, withinMs);
  /** When the Prometheus has scraped the node_exporter, seconds. */
  const scraped = async (): Promise<number[]> => {
    const query = 'query=timestamp(up{job="node"})[30m:1s]';
    const answer = await host.run('curl', '-sSG', '--data-urlencode', query, 'http://127.0.0.1:9090/api/v1/query');
    const { data } = JSON.parse(answer) as { data: { result: { values: [number, string][] }[] } };
    return [...new Set(data.result.flatMap(({ values }) => values.map(([, at]) => Number(at))))];
  };
  const scrapes = (after: number) =>
    eventually(async () => {
      const found = (await scraped()).filter((at) => at > after);
      assert.ok(found.length >= ENOUGH, `${found.length} scrapes`);
      return found;
    }, PATIENCE_MS);
  const now = async (): Promise<number> => Number(await host.run('date', '+%s.%N'));
  const type = (...words: string[]) =>
    fleet.must(...words).catch((error: Error & { stdout?: string }) => String(error.stdout));

  test('says so while nothing is stored, though it is ready, and saves what came since before it is restarted', async () => {
    const before = await scrapes(0);
    const { pid } = await prometheus();
    await host.fillDisk();
    const full = await until(({ loss }) => loss?.untilMs === 0);
    assert.equal(full.state, 'unhealthy');
    assert.match(full.message, /^nothing is stored since 20.* UTC: \/ \(.*\) is full \(0 MB free\)\nmake room there/);
    assert.equal(
      await host.run('curl', '-so', '/dev/null', '-w', '%{http_code}', 'http://127.0.0.1:9090/-/ready'),
      '200',
    );
    assert.match(await type('status'), /nothing is stored since/);
    await eventually(async () => {
      const { problems } = await fleet.hostView(host);
      assert.ok(problems.some(({ code, message }) => code === 'disk' && message.includes('is full')));
    }, PATIENCE_MS);

    // A change finds no room, either: nothing of it is done, and it is done when there is.
    fleet.write(smallFleet(fleet.mirror.url, { rule: 'up:second' }));
    await type('apply', '-f', fleet.folder, '--yes', '--no-wait');
    await eventually(async () => {
      const said = (await fleet.hostView(host)).problems.map(({ message }) => message).join();
      assert.match(said, /cannot save the new spec: \/ \(.*\) is full/);
    }, PATIENCE_MS);
    await host.freeDisk();
    const freed = await now();
    const stored = await until(({ loss }) => loss !== undefined && loss.untilMs > 0);
    assert.deepEqual([stored.state, stored.pid], ['unhealthy', pid]);
    assert.match(stored.message, /^lost what came from .* was full; stored again since\nrestart it when that suits/);
    await until(({ loadedDigest, wantedDigest }) => loadedDigest === wantedDigest);

    // Too little room to save it: it is not restarted, by whomever.
    const since = await scrapes(freed);
    await host.fillDisk(TOO_LITTLE_BYTES);
    fleet.write(smallFleet(fleet.mirror.url, { rule: 'up:second', openFiles: 5_000 }));
    await type('apply', '-f', fleet.folder, '--yes', '--no-wait');
    const held = await until(({ message }) => message.startsWith('cannot stop prometheus now: what it stored since'));
    assert.match(held.message, /saving it takes up to \d+ MB, and \/ \(.*\) has \d+ MB free\nmake room there/);
    assert.match(await type('restart', `prometheus@${host.name}`), /about to be replaced/);
    assert.equal((await prometheus()).pid, pid);

    await host.freeDisk();
    const restarted = await until((unit) => unit.pid !== pid && unit.pid > 0 && unit.state === 'ready');
    assert.equal(restarted.loss, undefined);
    const kept = new Set(await scraped());
    const gone = [...before, ...since].filter((at) => !kept.has(at));
    assert.deepEqual(gone, [], `of ${before.length} and ${since.length} scrapes`);
    await fleet.converged([host]);
    const events = await fleet.get<{ unit: string; message: string }[]>('/v1/events?limit=100');
    const told = events.filter(({ unit }) => unit === 'prometheus').map(({ message }) => message);
    assert.ok(
      told.some((message) => message.startsWith('unhealthy, was ready: nothing is stored since')),
      told.join('\n'),
    );
  }, 240_000);

  test('what dies while its disk is full is not started there by anyone, and comes back with all that it had', async () => {
    const before = await scrapes(0);
    await host.fillDisk();
    await until(({ loss }) => loss?.untilMs === 0);
    await host.sh('systemctl kill --signal=KILL prometheus.service');
    await eventually(async () => {
      // Not from the journal, which has no room either.
      assert.match(await host.sh('systemctl show --property=ExecStartPre prometheus.service'), /; status=1 }/);
    }, PATIENCE_MS);
    await host.freeDisk();
    await until(({ state }) => state === 'ready');
    const kept = new Set(await scraped());
    assert.deepEqual(
      before.filter((at) => !kept.has(at)),
      [],
      `of ${before.length} scrapes`,
    );
  }, 240_000);
});
