import type { HostRow } from '../../controller/store/hosts.ts';
import { facts } from '../support/samples.ts';

const ROLES = ['web', 'db', 'queue', 'cache', 'search', 'batch', 'edge', 'mail', 'files', 'build'];
const EXPORTERS = 34;
const PROMETHEIS = 14;

/** `count` hosts as if they had enrolled, in ten roles and three zones. */
export const hostRows = (count: number, arch: string): HostRow[] =>
  Array.from({ length: count }, (_, n) => ({
    name: `h${String(n + 1).padStart(5, '0')}`,
    keyFingerprint: `key ${n}`,
    certificateUntil: 4_102_444_800_000,
    certificateAuthority: '',
    tokenLabels: { zone: `z${n % 3}` },
    labels: { role: ROLES[n % ROLES.length] ?? '', env: n % 7 === 0 ? 'stage' : 'prod' },
    facts: {
      ...facts,
      hostname: `h${n + 1}`,
      arch,
      supervisor: 'systemd',
      address: addressOf(n),
      addresses: [addressOf(n)],
    },
    enrolledAt: 0,
    enrolledBy: '',
    lastSeenAt: undefined,
    removedAt: undefined,
  }));

const addressOf = (n: number): string => `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`;

/** 50 resources over all of them: node_exporter everywhere, another exporter for each role several times, and pairs that scrape them. */
export function largeFleet(mirror: string, change = 'one'): Record<string, string> {
  const exporters = Array.from({ length: EXPORTERS }, (_, n) => {
    const role = ROLES[n % ROLES.length] ?? '';
    return `kind: Exporter
name: push${n}
component: pushgateway
unit: push${n}
port: ${10_000 + n}
hosts: { labels: { role: ${role}, zone: z${n % 3} } }
target: { host_labels: [role, env] }
`;
  });
  const prometheis = Array.from({ length: PROMETHEIS }, (_, n) => {
    const own = exporters.map((_, index) => index).filter((index) => index % PROMETHEIS === n);
    const jobs = ['node', ...own.map((index) => `push${index}`)].map((name) => `  - exporter: ${name}`);
    return `kind: Prometheus
name: p${n}
unit: p${n}
port: ${9_100 + 10 * (n + 1)}
hosts: { labels: { role: ${ROLES[n % ROLES.length]} } }
replicas: 2
spread_by: zone
config: prometheus.yml
rules: [rules.yml]
scrape_configs:
${jobs.join('\n')}
`;
  });
  const documents = [
    `kind: Fleet\nname: large\nartifacts: { sources: [{ mirror: "${mirror}" }] }\nexternal_labels: { change: "${change}" }\n`,
    'kind: Exporter\nname: node\ncomponent: node_exporter\ntarget: { host_labels: [role, env, zone] }\n',
    ...exporters,
    ...prometheis,
  ];
  return {
    'fleet.yaml': documents.join('---\n'),
    'prometheus.yml': 'global: { scrape_interval: 15s }\n',
    'rules.yml': `groups:\n${Array.from({ length: 20 }, (_, n) => `  - name: g${n}\n    rules:\n${rules(n)}`).join('')}`,
  };
}

const rules = (group: number): string =>
  Array.from(
    { length: 10 },
    (_, n) =>
      `      - record: job:x${group}_${n}:rate5m\n        expr: sum by (job) (rate(x${group}_${n}_total[5m]))\n`,
  ).join('');
