import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { FleetOfHosts } from './fleet-of-hosts.ts';
import { describeLab, type LabHost, labOf } from './lab-host.ts';

const SWITCHES_WITHIN_MS = 300_000;
/** One scrape that is missing is a gap; one that is a little late is none. */
const LONGEST_S = 1.8;

describeLab('endpoints that speak TLS to scrapers alone', () => {
  let fleet: FleetOfHosts;
  let monitor: LabHost;
  let web: LabHost;
  let outsider: LabHost;

  beforeAll(async () => {
    fleet = await FleetOfHosts.open(labOf(10));
    [monitor, web, outsider] = (await fleet.lab.boot({}, { suite: 'trixie' }, {})) as [LabHost, LabHost, LabHost];
    await fleet.enrol([monitor, web, outsider]);
    write('none');
    await fleet.apply();
    await fleet.converged([monitor, web]);
    await sleep(15_000);
  });
  afterAll(() => fleet?.[Symbol.asyncDispose]());

  /** The Prometheus itself stays plain: its restart is another matter. */
  const write = (security: string, more = '') =>
    fleet.write({
      'fleet.yaml': `kind: Fleet
name: secured
artifacts: { sources: [{ mirror: "${fleet.mirror.url}" }] }
endpoint_security: ${security}
---
kind: Exporter
name: node
component: node_exporter
hosts: [${monitor.name}, ${web.name}]
${more}
---
kind: Prometheus
name: main
hosts: [${monitor.name}]
config: prometheus.yml
endpoint_security: none
scrape_configs: [{ exporter: node }]
`,
      'prometheus.yml': 'global: { scrape_interval: 1s, evaluation_interval: 1s }\n',
    });
  const query = async <T>(expression: string): Promise<T[]> => {
    const address = `http://127.0.0.1:9090/api/v1/query?query=${encodeURIComponent(expression)}`;
    const answer = await monitor.run('curl', '-fsS', address);
    return (JSON.parse(answer) as { data: { result: T[] } }).data.result;
  };
  /** Every scrape since then: none failed, none is missing. */
  const missesNothing = async (sinceMs: number) => {
    const seconds = Math.ceil((Date.now() - sinceMs) / 1_000);
    for (const metric of ['up{job="node"}', 'node_boot_time_seconds']) {
      const series = await query<{ metric: Record<string, string>; values: [number, string][] }>(
        `${metric}[${seconds}s]`,
      );
      assert.equal(series.length, 2, JSON.stringify(series.map((one) => one.metric)));
      for (const { metric: labels, values } of series) {
        const gaps = values.slice(1).map(([at], index) => at - (values[index]?.[0] ?? 0));
        const longest = Math.max(...gaps);
        assert.ok(values.length >= seconds * 0.9, `${values.length} samples in ${seconds} s`);
        assert.ok(longest <= LONGEST_S, `${labels['instance']}: ${longest} s between two samples of ${metric}`);
        assert.ok(
          values.every(([, value]) => value !== '0'),
          `${labels['instance']} was down`,
        );
      }
    }
  };
  const schemes = async () => {
    const answer = await monitor.run('curl', '-fsS', 'http://127.0.0.1:9090/api/v1/targets?state=active');
    const { data } = JSON.parse(answer) as { data: { activeTargets: { scrapeUrl: string; health: string }[] } };
    return data.activeTargets.map(({ scrapeUrl, health }) => `${scrapeUrl} ${health}`).toSorted();
  };
  const settled = async (scheme: string) => {
    await eventually(async () => {
      assert.deepEqual(
        await schemes(),
        [monitor, web].map(({ address }) => `${scheme}://${address}:9100/metrics up`),
      );
      for (const host of [monitor, web]) {
        assert.doesNotMatch(await host.run('systemctl', 'list-units', '--plain', '--no-legend'), /switch/);
      }
    }, SWITCHES_WITHIN_MS);
    await fleet.converged([monitor, web]);
  };

  test('mutual_tls is switched on and off under scrapes of one second, and none is lost', async () => {
    const since = Date.now();
    write('mutual_tls');
    console.log(await fleet.must('plan', '-f', fleet.folder).catch(({ stdout }: { stdout: string }) => stdout));
    await fleet.apply();
    await settled('https');
    console.log(`on after ${Date.now() - since} ms`);
    await sleep(3_000);
    await missesNothing(since);
    const back = Date.now();
    write('none');
    await fleet.apply();
    await settled('http');
    console.log(`off after ${Date.now() - back} ms`);
    await sleep(3_000);
    await missesNothing(since);
  });
});
