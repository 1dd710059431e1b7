import type { Finding } from '../../proto/fault.ts';
import type { HostSpec, Port, Release, UnitSpec, UnitTls } from '../../proto/spec.ts';
import { SCRAPE_INTERVALS_SEEN } from '../catalogue/catalogue.ts';
import type { Override } from '../store/overrides.ts';
import { flagWords, retentionWords } from './flags.ts';
import type { Inventory } from './inventory.ts';
import { sizeInBytes } from './kinds/keys.ts';
import type { Prometheus } from './kinds/prometheus.ts';
import { finding } from './place.ts';
import type { PlacedUnit } from './place-units.ts';
import type { Rendered } from './render.ts';
import { scriptsOf } from './render-scripts.ts';
import { endpointNames, WEB_FILE, webFile } from './render-tls.ts';
import { placeIn, type Resource, titleOf } from './resource.ts';
import { isTls, servingOf, settled } from './serving.ts';
import { twinName } from './switches.ts';

/** Everything about one unit that is known before it becomes a spec. */
export interface ReadyUnit {
  readonly placed: PlacedUnit;
  readonly release: Release;
  readonly rendered: Rendered | undefined;
}

/** What every host of the inventory should be. A host with nothing to run has an empty spec: it stops what it ran. */
export function resolveSpecs(
  inventory: Inventory,
  units: readonly ReadyUnit[],
  overrides: readonly Override[],
): Map<string, Pick<HostSpec, 'units'>> {
  const stopped = new Set(overrides.filter((one) => one.stopped).map((one) => `${one.unit}@${one.host}`));
  const byHost = Map.groupBy(units, ({ placed }) => placed.host.name);
  return new Map(
    inventory.hosts.map(({ name }) => [
      name,
      {
        units: (byHost.get(name) ?? [])
          .flatMap((unit) => resolveInstances(unit, stopped.has(`${unit.placed.unit}@${name}`)))
          .sort((a, b) => (a.name < b.name ? -1 : 1)),
      },
    ]),
  );
}

/** The words after the program, with the agent's placeholders. */
export function argvOf(unit: PlacedUnit): string[] {
  const { component, settings, port, ports, links } = unit;
  const address = settings.listen === '::' ? '[::]' : (settings.listen ?? '');
  return [
    ...component.argv({ listen: `${address}:${port}`, port, ports, links }),
    ...(isTls(servingOf(unit).main) ? [`--web.config.file={etc}/${WEB_FILE}`] : []),
    ...retentionWords(settings as Partial<Prometheus>),
    ...flagWords(settings.flags ?? {}),
  ];
}

function resolveInstances(unit: ReadyUnit, stopped: boolean): UnitSpec[] {
  const { placed } = unit;
  const { twin } = servingOf(placed);
  const main = resolveUnit(unit, stopped);
  if (!twin) return [main];
  const { scripts: _scripts, ...second } = resolveUnit(
    { ...unit, placed: { ...placed, port: twin.port, serving: settled(twin.security) } },
    stopped,
  );
  // It says the same: what the first reads of its own directory, and as whom, it reads as well.
  const argv = second.argv.map((word) => word.replaceAll('{var}', `{var}/../${main.name}`));
  return [main, { ...second, name: twinName(main.name), argv }];
}

function resolveUnit({ placed, release, rendered }: ReadyUnit, stopped: boolean): UnitSpec {
  const { component, unit, port, settings } = placed;
  const { main } = servingOf(placed);
  const tls = isTls(main) || rendered?.scrapesTls ? tlsOf(placed, rendered) : undefined;
  const over = <T extends object>(asked: T): T => (isTls(main) ? { ...asked, tls: true } : asked);
  const endpoint = { port, metricsPath: component.metricsPath(settings.flags ?? {}) };
  const { memory, open_files: openFiles } = settings.limits ?? {};
  const hasScraped = {
    name: 'has scraped',
    port,
    path: endpoint.metricsPath,
    status: 200,
    metric: SCRAPE_INTERVALS_SEEN,
    above: 0,
  };
  return {
    name: unit,
    component: component.name,
    release: withoutSource(release),
    program: component.artifact.programs[0] ?? component.name,
    argv: argvOf(placed),
    env: settings.env ?? {},
    user: unit,
    files: [...(rendered?.files ?? []), ...webFile(main)],
    checks: component.checks,
    reload: mapped(component.reload(endpoint), over),
    ready: [...component.ready(endpoint), ...(rendered?.scrapes ? [hasScraped] : [])].map(over),
    stop: component.stop,
    ports: [{ number: port, protocol: 'tcp', use: 'http' }, ...otherPorts(placed)],
    stopped,
    reportDrift: settings.drift === 'report',
    limits: {
      memoryBytes: memory === undefined ? component.limits.memoryBytes : sizeInBytes(memory),
      openFiles: openFiles ?? component.limits.openFiles,
    },
    sandbox: {
      ...component.sandbox,
      capabilities: [...component.sandbox.capabilities, ...(rendered?.capabilities ?? [])],
    },
    losses: mapped(component.losses(endpoint), over),
    ...(component.isOpaque ? { opaque: true } : {}),
    ...scriptsOfUnit(placed.resource),
    ...(tls ? { tls } : {}),
    ...(rendered && rendered.secrets.length > 0 ? { secrets: rendered.secrets } : {}),
  };
}

function scriptsOfUnit(resource: Resource): Pick<UnitSpec, 'scripts'> {
  const scripts = resource.kind === 'Exporter' ? scriptsOf(resource as Resource<'Exporter'>) : [];
  return scripts.length > 0 ? { scripts } : {};
}

function otherPorts({ component, settings, ports }: PlacedUnit): Port[] {
  return (component.otherPorts?.(settings.replicas ?? 1) ?? []).flatMap(({ key, protocols, use, number }) =>
    protocols.map((protocol) => ({ number: ports[key] ?? number, protocol, use })),
  );
}

const mapped = <T>(value: T | undefined, change: (value: T) => T): T | undefined =>
  value === undefined ? undefined : change(value);

const tlsOf = (placed: PlacedUnit, rendered: Rendered | undefined): UnitTls => ({
  names: isTls(servingOf(placed).main) ? endpointNames(placed) : [],
  scrapes: rendered?.scrapesTls ?? false,
  clients: placed.clients ?? [],
});

/** Where the controller got an archive is nothing to its unit: fetched again from elsewhere, it is the same release. */
export function withoutSource(release: Release): Release {
  const { component, version, build, arch, sha256, size, unpackedSize } = release;
  return { component, version, build, arch, sha256, size, unpackedSize };
}

/** The replicas of a resource are of one build: Debian's and upstream's differ in flags, defaults and parts. */
export function mixedBuilds(units: readonly ReadyUnit[]): Finding[] {
  const flavour = (build: string): string => build.split(' ')[0] ?? build;
  const resources = new Map<Resource, ReadyUnit[]>();
  for (const unit of units.filter(({ placed }) => placed.resource.kind === 'Prometheus')) {
    resources.set(unit.placed.resource, [...(resources.get(unit.placed.resource) ?? []), unit]);
  }
  return [...resources].flatMap(([resource, members]) => {
    const builds = [...new Set(members.map(({ release }) => flavour(release.build)))];
    if (builds.length < 2) return [];
    const each = members.map(({ placed, release }) => `${placed.host.name} (${release.arch}): ${release.build}`);
    return [
      finding(
        placeIn(resource, 'version'),
        `the replicas of ${titleOf(resource)} would be of different builds: ${each.join(', ')}`,
        'write a version, or `artifacts: { sources: … }`, that has one build for every architecture',
      ),
    ];
  });
}
