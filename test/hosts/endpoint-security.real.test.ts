import assert from 'node:assert/strict';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, test } from 'vitest';
import type { TargetsView } from '../../controller/http/prometheus.ts';
import { eventually } from '../support/eventually.ts';
import { FleetOfHosts } from './fleet-of-hosts.ts';
import { describeLab, type LabHost, labOf } from './lab-host.ts';

const PATIENCE_MS = 600_000;
const SWITCHES_WITHIN_MS = 300_000;
/** One scrape that is missing is a gap; one that is a little late is none. */
const LONGEST_S = 1.8;
const ATTEMPTS = 3;
const FAILURES = '/var/lib/prometheus/failures.log';

interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly values: readonly (readonly [number, string])[];
}

describeLab('endpoints that speak TLS to scrapers alone', () => {
  let fleet: FleetOfHosts;
  let monitor: LabHost;
  let web: LabHost;
  let outsider: LabHost;

  beforeAll(async () => {
    fleet = await FleetOfHosts.open(labOf(10));
    [monitor, web, outsider] = (await fleet.lab.boot({}, { suite: 'trixie' }, {})) as [LabHost, LabHost, LabHost];
    await fleet.enrol([monitor, web, outsider]);
    write({ security: 'none' });
    await fleet.apply();
    await fleet.converged([monitor, web]);
    await sleep(15_000);
  }, PATIENCE_MS);
  afterAll(() => fleet?.[Symbol.asyncDispose]());

  /** Scrapes that cost nearly nothing: it is the switch that is measured. */
  const write = ({ security = 'mutual_tls', own = 'none', rule = 'up:count', clients = '' }) =>
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
flags: { collector.disable-defaults: true, collector.stat: true }
access: { clients: [${clients}] }
---
kind: Prometheus
name: main
hosts: [${monitor.name}]
config: prometheus.yml
rules: [rules/*.yml]
endpoint_security: ${own}
scrape_configs: [{ exporter: node }]
`,
      'prometheus.yml': `global: { scrape_interval: 1s, evaluation_interval: 1s, scrape_failure_log_file: ${FAILURES} }\n`,
      'rules/up.yml': `groups: [{ name: up, rules: [{ record: "${rule}", expr: "count(up)" }] }]\n`,
    });

  const query = async (expression: string): Promise<Series[]> => {
    const address = `http://127.0.0.1:9090/api/v1/query?query=${encodeURIComponent(expression)}`;
    const answer = await monitor.run('curl', '-fsS', address);
    return (JSON.parse(answer) as { data: { result: Series[] } }).data.result;
  };
  /** What was missed since then; '' when nothing was. */
  const missed = async (metric: string, sinceMs: number): Promise<string> => {
    const series = await query(`${metric}[${Math.ceil((Date.now() - sinceMs) / 1_000)}s]`);
    return series
      .flatMap(({ metric: labels, values }) => {
        const gaps = values.slice(1).map(([at], index) => at - (values[index]?.[0] ?? 0));
        const [longest, down] = [Math.max(...gaps), values.filter(([, value]) => value === '0').length];
        const told = `${labels['instance']}: ${down} down, ${longest.toFixed(2)} s between two of ${values.length}`;
        return down > 0 || longest > LONGEST_S ? [told] : [];
      })
      .join('; ');
  };
  /** No scrape is lost by it. Where one was answered too late, this machine did not keep up, and the attempt says nothing. */
  const losingNothing = async (act: () => Promise<void>, undo: () => Promise<void>) => {
    for (let attempt = 1; ; attempt++) {
      const since = Date.now();
      await act();
      await sleep(3_000);
      const lost = [await missed('up{job="node"}', since), await missed('node_boot_time_seconds', since)].join('');
      const failures = await monitor.sh(`cat ${FAILURES}; : > ${FAILURES}`);
      const isSlow =
        failures !== '' &&
        failures
          .trim()
          .split('\n')
          .every((line) => line.includes('deadline exceeded'));
      console.log(
        `${((Date.now() - since) / 1_000).toFixed(0)} s: ${lost || 'nothing lost'}; ${failures.slice(0, 2_000)}`,
      );
      if (lost === '') return;
      assert.ok(isSlow && attempt < ATTEMPTS, `${lost}\n${failures}`);
      await undo();
    }
  };
  const targets = async (): Promise<string[]> => {
    const { targets: all } = await fleet.get<TargetsView>(`/v1/prometheus/${monitor.name}/prometheus/targets`);
    return all
      .filter(({ job }) => job === 'node')
      .map(({ url, health }) => `${url} ${health}`)
      .toSorted();
  };
  const switchTo = async (security: string, clients = '') => {
    write({ security, clients });
    await fleet.apply();
    const scheme = security === 'none' ? 'http' : 'https';
    await eventually(async () => {
      assert.deepEqual(
        await targets(),
        [monitor, web].map(({ address }) => `${scheme}://${address}:9100/metrics up`),
      );
      for (const host of [monitor, web]) {
        assert.doesNotMatch(
          await host.run('systemctl', 'list-units', '--plain', '--no-legend'),
          /node_exporter-switch/,
        );
      }
    }, SWITCHES_WITHIN_MS);
    await fleet.converged([monitor, web]);
  };
  const certificate = async () => (await web.run('cat', '/etc/node_exporter/.tls/endpoint.crt')).trim();

  test(
    'mutual_tls is switched on and off under scrapes of one second, and none is lost',
    async () => {
      await losingNothing(
        () => switchTo('mutual_tls'),
        () => switchTo('none'),
      );
      await losingNothing(
        () => switchTo('none'),
        () => switchTo('mutual_tls'),
      );
      await switchTo('mutual_tls');
    },
    PATIENCE_MS * 2,
  );

  test(
    'who is no scraper is refused: with nothing, with what it is a host by, with what its own endpoint has, with what it made',
    async () => {
      const url = `https://${web.address}:9100/metrics`;
      const refused = async (host: LabHost, ...shown: string[]) =>
        assert.rejects(host.run('curl', '-sSk', '-o', '/dev/null', ...shown, url), /alert|reset|not connected|SSL/i);
      const asHost = `cd /tmp && python3 -c '
import json; i = json.load(open("/var/lib/promfleet-agent/identity.json"))
open("id.crt", "w").write(i["certificate"]); open("id.key", "w").write(i["key"])' 2>/dev/null ||
perl -MJSON::PP -e 'local $/; open F, "/var/lib/promfleet-agent/identity.json"; $i = decode_json(<F>); open C, ">/tmp/id.crt"; print C $i->{certificate}; open K, ">/tmp/id.key"; print K $i->{key}'`;
      for (const host of [outsider, monitor]) {
        await host.sh(asHost);
        await refused(host);
        await refused(host, '--cert', '/tmp/id.crt', '--key', '/tmp/id.key');
      }
      const own = '/etc/node_exporter/.tls/endpoint';
      await refused(monitor, '--cert', `${own}.crt`, '--key', `${own}.key`);
      await outsider.sh(
        'cd /tmp && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout own.key -out own.crt -subj "/CN=promfleet agent" 2>/dev/null',
      );
      await refused(outsider, '--cert', '/tmp/own.crt', '--key', '/tmp/own.key');
      // A scraper is let in, and finds who it looked for; at the port of agents it is nobody.
      const scraper = ['--cert', '/etc/prometheus/.tls/scrape.crt', '--key', '/etc/prometheus/.tls/scrape.key'];
      assert.match(
        await monitor.run('curl', '-sS', '--cacert', '/etc/prometheus/.tls/endpoints.pem', ...scraper, url),
        /^node_boot_time_seconds /m,
      );
      await assert.rejects(
        monitor.run('curl', '-sSk', '--http2-prior-knowledge', ...scraper, `https://${fleet.lab.outside}:9441/`),
      );
      assert.equal(await outsider.sh('ls -d /etc/*/.tls 2>/dev/null || true'), '');
    },
    PATIENCE_MS,
  );

  test(
    'an outside client is let in by what names it, until it is named no more; nothing restarts for it',
    async () => {
      await switchTo('mutual_tls');
      const pids = () => web.run('systemctl', 'show', '--value', '--property=MainPID', 'node_exporter.service');
      const before = await pids();
      const key = join(fleet.folder, '..', 'grafana.key');
      await fleet.must('client', 'create', 'grafana', '-f', fleet.folder, '--key', key);
      await outsider.copyIn(key, '/root/grafana.key');
      await outsider.copyIn(join(fleet.folder, 'access/grafana.crt'), '/root/grafana.crt');
      const shown = '--cert /root/grafana.crt --key /root/grafana.key';
      const ask = () => outsider.sh(`curl -fsSk ${shown} https://${web.address}:9100/metrics`);
      await assert.rejects(ask());
      await switchTo('mutual_tls', 'grafana');
      assert.match(await ask(), /^node_boot_time_seconds /m);
      await switchTo('mutual_tls');
      await assert.rejects(ask());
      assert.equal(await pids(), before);
    },
    PATIENCE_MS,
  );

  test(
    'every certificate is replaced under load while the authority is: no scrape fails, nothing restarts, and the old root may go',
    async () => {
      const pids = () => web.run('systemctl', 'show', '--value', '--property=MainPID', 'node_exporter.service');
      const before = [await pids(), await certificate()];
      await losingNothing(
        async () => {
          await fleet.must('authority', 'rotate');
          await eventually(async () => assert.notEqual(await certificate(), before[1]), SWITCHES_WITHIN_MS);
          await eventually(() => fleet.must('authority', 'finish'), SWITCHES_WITHIN_MS);
          await sleep(10_000);
        },
        async () => {
          before[1] = await certificate();
        },
      );
      assert.equal(await pids(), before[0]);
    },
    PATIENCE_MS,
  );

  test(
    'a Prometheus that speaks TLS itself is asked, probed and reloaded as before',
    async () => {
      write({ own: 'mutual_tls' });
      await fleet.apply();
      await fleet.converged([monitor, web]);
      await eventually(async () => assert.equal((await targets()).length, 2), SWITCHES_WITHIN_MS);
      write({ own: 'mutual_tls', rule: 'up:other' });
      await fleet.apply();
      await fleet.converged([monitor]);
      await eventually(async () => {
        const answer = await fleet.get<{ data: { result: unknown[] } }>(
          `/v1/prometheus/${monitor.name}/prometheus/query?query=up%3Aother`,
        );
        assert.equal(answer.data.result.length, 1);
      }, 60_000);
      assert.match(await fleet.must('status'), /prometheus +● ready/);
      await assert.rejects(monitor.run('curl', '-fsS', 'http://127.0.0.1:9090/metrics'));
    },
    PATIENCE_MS,
  );
});
