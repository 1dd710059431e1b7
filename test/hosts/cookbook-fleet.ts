import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FleetOfHosts } from './fleet-of-hosts.ts';
import { type LabHost, labOf } from './lab-host.ts';

/** A host of each suite, the first with the programs that its Debian has, the second with the newest. */
export const SUITES = ['bookworm', 'trixie'] as const;
export type Suite = (typeof SUITES)[number];

/** What the cookbook sets up, by promfleet: on both hosts all five programs, and a chat for their alerts. */
export class CookbookFleet implements AsyncDisposable {
  readonly fleet: FleetOfHosts;
  /** What Alertmanagers wrote to the team's chat. */
  readonly messages: string[] = [];
  readonly #life = new AsyncDisposableStack();
  #chat = '';

  static async open(): Promise<CookbookFleet> {
    const cookbook = new CookbookFleet(await FleetOfHosts.open(labOf(7)));
    try {
      await cookbook.#open();
      return cookbook;
    } catch (error) {
      await cookbook[Symbol.asyncDispose]();
      throw error;
    }
  }

  private constructor(fleet: FleetOfHosts) {
    this.fleet = this.#life.use(fleet);
  }

  host(suite: Suite): LabHost {
    return this.fleet.lab.hosts[SUITES.indexOf(suite)] as LabHost;
  }
  version(component: string, suite: Suite): string {
    return this.fleet.mirror.versions[component]?.at(suite === 'trixie' ? 0 : -1) ?? '';
  }

  async #open(): Promise<void> {
    const server = createServer((request, response) => {
      request.setEncoding('utf8').on('data', (text: string) => this.messages.push(text));
      request.on('end', () => response.end('ok'));
    });
    this.#life.defer(() => void server.close());
    await this.fleet.lab.boot(...SUITES.map((suite) => ({ suite })));
    await once(server.listen(0, this.fleet.lab.outside), 'listening');
    this.#chat = `http://${this.fleet.lab.outside}:${(server.address() as AddressInfo).port}/`;
    await this.fleet.enrol(this.fleet.lab.hosts);
    await this.apply();
  }

  /**
   * @param options.blackbox  its configuration on trixie; left out, the one that promfleet comes with
   * @param options.suites  whose hosts have anything
   */
  async apply({ blackbox, suites = SUITES }: { blackbox?: string; suites?: readonly Suite[] } = {}): Promise<void> {
    const { fleet } = this;
    rmSync(fleet.folder, { recursive: true, force: true });
    fleet.write({
      'fleet.yml': [
        `kind: Fleet\nname: cookbook\nartifacts: { sources: [{ mirror: "${fleet.mirror.url}" }] }\n`,
        ...suites.map((suite) => this.#documents(suite, suite === 'trixie' && blackbox !== undefined)),
      ].join('---\n'),
      'prometheus.yml': 'global: { scrape_interval: 1s, evaluation_interval: 1s }\n',
      'rules/always.yml': 'groups: [{ name: a, rules: [{ alert: Always, expr: vector(1) }] }]\n',
      ...Object.fromEntries(
        suites.map((suite) => [`alertmanager-${suite}.yml`, alertmanagerConfig(this.#chat, suite)]),
      ),
      // One of ours that uses one of those which Debian's build keeps outside the program.
      'templates/ours.tmpl': '{{ define "ours" }}ours: {{ template "slack.default.title" . }}{{ end }}\n',
      ...(blackbox === undefined ? {} : { 'blackbox.yml': blackbox }),
    });
    await fleet.must('apply', '-f', fleet.folder, '--yes', '--allow-remove', '9');
    await this.converged();
  }

  converged(): Promise<void> {
    return this.fleet.converged(this.fleet.lab.hosts);
  }

  #documents(suite: Suite, hasModules: boolean): string {
    const common = (component: string) =>
      `version: "${this.version(component, suite)}"\nhosts: [${this.host(suite).name}]\n`;
    const exporter = (name: string, component: string, more = '') =>
      `kind: Exporter\nname: ${name}-${suite}\ncomponent: ${component}\n${common(component)}${more}`;
    const jobs = ['node', 'blackbox', 'push'].map((name) => `{ exporter: ${name}-${suite} }`);
    return [
      exporter('node', 'node_exporter', `flags: { collector.filesystem.mount-points-exclude: '${EXCLUDED}' }\n`),
      exporter('blackbox', 'blackbox_exporter', hasModules ? 'config: blackbox.yml\n' : ''),
      exporter('push', 'pushgateway'),
      `kind: Alertmanager\nname: main-${suite}\n${common('alertmanager')}config: alertmanager-${suite}.yml\n`,
      `kind: Prometheus\nname: main-${suite}\n${common('prometheus')}config: prometheus.yml
flags: { rules.alert.resend-delay: 1s }
rules: [rules/*.yml]
alertmanagers: [main-${suite}]
scrape_configs: [${jobs.join(', ')}, { alertmanager: main-${suite}, job_name: am-${suite} }]
`,
    ].join('---\n');
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#life.disposeAsync();
  }
}

/** Quotes, dollars and backslashes are what service files get wrong. */
export const EXCLUDED = '^/(dev|proc|sys|sn\\x61p)($|/)';

const alertmanagerConfig = (chat: string, suite: Suite): string => `route: { receiver: team, group_wait: 0s }
receivers:
  - name: team
    slack_configs:
      - { api_url: "${chat}", channel: "#${suite}", send_resolved: false, title: '{{ template "ours" . }}' }
templates: [templates/*.tmpl]
`;
