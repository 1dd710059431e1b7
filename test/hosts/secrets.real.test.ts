import assert from 'node:assert/strict';
import { afterAll, beforeAll, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { type PasswordGate, passwordGate } from '../support/password-gate.ts';
import { FleetOfHosts, smallFleet } from './fleet-of-hosts.ts';
import { describeLab, type LabHost, labOf } from './lab-host.ts';

/** Of a machine that does much else. */
const BUSY_MS = 600_000;

describeLab('a secret on a host with systemd', () => {
  const life = new AsyncDisposableStack();
  let fleet: FleetOfHosts;
  let host: LabHost;
  let other: LabHost;
  let gate: PasswordGate;

  const show = (unit: string) =>
    host.run('systemctl', 'show', '--property=MainPID,NRestarts,ActiveEnterTimestampMonotonic', `${unit}.service`);
  const owners = async (at: LabHost, path: string) => (await at.run('stat', '-Lc', '%a %U:%G', path)).trim();
  const send = (name: string, value: string) => fleet.feed(value, 'secret', 'rotate', '--no-wait', name);

  beforeAll(async () => {
    fleet = life.use(await FleetOfHosts.open(labOf(9)));
    [host, other] = (await fleet.lab.boot({}, {})) as [LabHost, LabHost];
    gate = life.use(await passwordGate(fleet.lab.outside));
    await fleet.enrol([host, other]);
    await fleet.feed('first-password\n', 'secret', 'set', 'gate_pw');
    await fleet.feed('https://hooks.example/T0/first-hook', 'secret', 'set', 'hook');
    const small = smallFleet(fleet.mirror.url, { hosts: [host] });
    fleet.write({
      ...small,
      'fleet.yaml': `${small['fleet.yaml']}---\nkind: Alertmanager\nname: main\nhosts: [${host.name}]\nconfig: alertmanager.yml\n`,
      'alertmanager.yml':
        'route: { receiver: hook }\nreceivers: [{ name: hook, webhook_configs: [{ url: "${secret:hook}" }] }]\n',
      'password.txt': '${secret:gate_pw}',
      'prometheus.yml': `${small['prometheus.yml']}scrape_configs:
  - job_name: inline
    basic_auth: { username: u, password: "\${secret:gate_pw}" }
    static_configs: [{ targets: ["${fleet.lab.outside}:${gate.port}"] }]
  - job_name: file
    basic_auth: { username: u, password_file: password.txt }
    static_configs: [{ targets: ["${fleet.lab.outside}:${gate.port}"] }]
`,
    });
    await fleet.apply('--no-wait');
    await fleet.converged([host, other], BUSY_MS);
  });
  afterAll(() => life.disposeAsync());

  test('it lies with the unit alone, and only where its unit runs', async () => {
    await eventually(() => assert.deepEqual(gate.given, ['first-password']), BUSY_MS);
    for (const file of ['prometheus.yml', 'files/password.txt']) {
      assert.equal(await owners(host, `/etc/prometheus/${file}`), '640 root:prometheus');
    }
    assert.equal(await owners(host, '/var/lib/promfleet-agent/spec.json'), '600 root:root');
    const nobody = (path: string) => host.run('setpriv', '--reuid=nobody', '--clear-groups', 'cat', path);
    await assert.rejects(nobody('/etc/prometheus/prometheus.yml'), /Permission denied/);
    const found = (at: LabHost, where: string) => at.sh(`grep -rlE 'first-(password|hook)' ${where} || true`);
    assert.equal(await found(other, '/etc /var/lib /run /opt /tmp'), '');
    assert.equal(await found(host, '/etc/systemd /run /tmp /var/log'), '');
    assert.doesNotMatch(await host.sh('journalctl -o cat; cat /proc/*/cmdline | tr "\\0" " "'), /first-password/);
  });

  test('rotated, it comes as a reload with no restart, also in a file that the program reads itself', async () => {
    const before = [await show('prometheus'), await show('alertmanager')];
    assert.match(await send('gate_pw', 'second-password'), /reload prometheus@h1/);
    await eventually(() => assert.deepEqual(gate.given, ['first-password', 'second-password']), BUSY_MS);
    assert.equal(await host.run('cat', '/etc/prometheus/files/password.txt'), 'second-password');
    assert.match(await send('hook', 'https://hooks.example/T0/second-hook'), /reload alertmanager@h1/);
    await fleet.converged([host, other], BUSY_MS);
    assert.match(await host.run('cat', '/etc/alertmanager/alertmanager.yml'), /second-hook/);
    assert.deepEqual([await show('prometheus'), await show('alertmanager')], before);
    assert.equal(await host.sh(`grep -rlE 'first-(password|hook)' /etc || true`), '');
  });

  test('a value that the tool of its reader refuses changes nothing, and is told without it', async () => {
    const refusal = await send('hook', 'second hook://\u0001').then(
      () => assert.fail('it was taken'),
      (error: { stderr: string }) => error.stderr,
    );
    assert.match(refusal, /cannot use the new value of the secret hook in the fleet/);
    assert.doesNotMatch(refusal, /second hook/);
    assert.match(await host.run('cat', '/etc/alertmanager/alertmanager.yml'), /second-hook/);
  });

  test('with no controller, what is changed by hand is put back with its value, also after a boot', async () => {
    await fleet.stopController();
    await host.sh(
      'systemctl stop promfleet-agent; sed -i s/second-password/mine/ /etc/prometheus/.current/prometheus.yml',
    );
    await host.reboot();
    await eventually(
      async () => assert.match(await host.run('cat', '/etc/prometheus/prometheus.yml'), /second-password/),
      BUSY_MS,
    );
    await fleet.startController();
    await fleet.converged([host, other], BUSY_MS);
  });

  test('a host that is no longer meant loses it', async () => {
    const text = fleet.read('fleet.yaml');
    fleet.write({ 'fleet.yaml': text.replaceAll(`hosts: [${host.name}]`, `hosts: [${other.name}]`) });
    await fleet.must('apply', '-f', fleet.folder, '--yes', '--no-wait', '--allow-remove', '9');
    await fleet.converged([host, other], BUSY_MS);
    assert.equal(
      await host.sh(`grep -rl 'second-\\(password\\|hook\\)' /etc /var/lib/promfleet-agent/spec.json || true`),
      '',
    );
    assert.equal(await owners(other, '/etc/prometheus/prometheus.yml'), '640 root:prometheus');
  });
});
