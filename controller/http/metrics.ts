import type { StatusView } from './views.ts';

interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

interface Runtime {
  readonly residentBytes: number;
  readonly lastBackup: { readonly atMs: number; readonly size: number } | undefined;
}

/** The controller's own metrics, in the Prometheus text format. */
export function writeMetrics(status: StatusView, runtime: Runtime): string {
  const { controller, fleet, hosts } = status;
  const units = hosts.flatMap((host) => host.units);
  const states = Map.groupBy(units, (unit) => unit.state);
  const losing = hosts.flatMap((host) =>
    host.units.flatMap(({ name, loss }) => (loss ? [{ labels: { host: host.name, unit: name }, loss }] : [])),
  );
  return [
    gauge('build_info', 'The controller that answers.', [{ labels: { version: controller.version }, value: 1 }]),
    gauge('start_time_seconds', 'When it started.', [{ value: controller.startedAtMs / 1000 }]),
    gauge('resident_memory_bytes', 'Memory that it occupies.', [{ value: runtime.residentBytes }]),
    gauge('converged', '1 when every host is what it should be.', [{ value: Number(status.converged) }]),
    gauge('held', '1 while a restored controller waits for its first apply.', [{ value: Number(controller.held) }]),
    gauge('epoch', 'Grows by one with every restore from an older state.', [{ value: controller.epoch }]),
    gauge('revision', 'Number of the newest revision in its epoch.', [{ value: revisionNumber(fleet?.revision) }]),
    gauge('hosts', 'Hosts that are enrolled.', [{ value: hosts.length }]),
    gauge('hosts_online', 'Hosts whose agent is connected.', [{ value: count(hosts, (host) => host.online) }]),
    gauge('hosts_converged', 'Hosts that are what they should be.', [
      { value: count(hosts, (host) => host.converged) },
    ]),
    gauge(
      'units',
      'Units by state.',
      [...states].map(([state, all]) => ({ labels: { state }, value: all.length })),
    ),
    gauge(
      'unit_unasked_exits',
      'Exits that nobody asked for, since the unit was last changed.',
      hosts.flatMap((host) =>
        host.units.map((unit) => ({ labels: { host: host.name, unit: unit.name }, value: unit.restarts })),
      ),
    ),
    ...backupGauges(runtime.lastBackup),
    gauge(
      'unit_loses_samples',
      '1 while a unit can’t store what it should.',
      losing.map(({ labels, loss }) => ({ labels, value: Number(loss.untilMs === 0) })),
    ),
    gauge(
      'unit_lost_samples_since_seconds',
      'When a unit first failed to store what it should, of the process that runs.',
      losing.map(({ labels, loss }) => ({ labels, value: loss.sinceMs / 1000 })),
    ),
    gauge('overrides', 'What was typed rather than applied.', [{ value: status.overrides.length }]),
  ].join('');
}

/** None before the first: an alert on the age is one on `absent()`, too. */
function backupGauges(last: Runtime['lastBackup']): string[] {
  if (!last) return [];
  return [
    gauge('backup_last_success_timestamp_seconds', 'When the last good backup of this controller was made.', [
      { value: last.atMs / 1000 },
    ]),
    gauge('backup_last_size_bytes', 'Size of that backup.', [{ value: last.size }]),
  ];
}

const count = <T>(all: readonly T[], is: (one: T) => boolean): number => all.filter(is).length;

const revisionNumber = (shown: string | undefined): number => Number(shown?.split('.').at(-1) ?? 0);

function gauge(name: string, help: string, samples: readonly Sample[]): string {
  const full = `promfleet_${name}`;
  const lines = samples.map(({ labels, value }) => `${full}${writeLabels(labels)} ${value}\n`);
  return `# HELP ${full} ${help}\n# TYPE ${full} gauge\n${lines.join('')}`;
}

function writeLabels(labels: Readonly<Record<string, string>> | undefined): string {
  if (!labels) return '';
  const escape = (text: string) => text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
  return `{${Object.entries(labels)
    .map(([name, value]) => `${name}="${escape(value)}"`)
    .join(',')}}`;
}
