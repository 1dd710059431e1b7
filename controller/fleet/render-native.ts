import { digestOf } from '../../proto/digest.ts';
import type { Finding } from '../../proto/fault.ts';
import { didYouMean } from '../../proto/nearest.ts';
import { PROBERS } from '../catalogue/blackbox-exporter.ts';
import { compareVersions } from '../releases/version-order.ts';
import { nativeConfig } from './native-config.ts';
import { finding } from './place.ts';
import type { PlacedUnit } from './place-units.ts';
import type { Rendered } from './render.ts';
import { renderScripts } from './render-scripts.ts';
import { NO_TESTS } from './render-tests.ts';
import { type Fleet, fileOf, placeIn, type Resource } from './resource.ts';
import { ShippedFiles } from './shipped-files.ts';
import { child, type MapTree, map, textOf } from './tree.ts';

/** Native configuration that promfleet adds nothing to: an Alertmanager's, an exporter's. Undefined when the component reads none. */
export function renderNative(fleet: Fleet, unit: PlacedUnit<'Alertmanager' | 'Exporter'>): Rendered | undefined {
  const { component, resource } = unit;
  if (!component.config) return renderScripts(fleet, unit as PlacedUnit<'Exporter'>);
  const shipped = new ShippedFiles(fleet, resource.folder);
  if (component.isOpaque) return renderOpaque(fleet, unit, component.config.file, shipped);
  const config = nativeConfig(fleet, unit, component.config, shipped);
  const own = component.name === 'blackbox_exporter' ? judgeModules(config, unit) : { findings: [], capabilities: [] };
  // A program that takes an unchanged file for no news must see that a file that it names changed.
  const others = shipped.all.length > 0 ? `# with files ${digestOf(identityOf(shipped)).slice(0, 12)}\n` : '';
  const { places } = shipped.addYaml(component.config.file, config, others);
  return {
    main: component.config.file,
    files: shipped.all,
    secrets: shipped.secrets,
    config,
    places,
    origins: shipped.origins,
    scrapes: false,
    capabilities: own.capabilities,
    tests: NO_TESTS,
    findings: [...shipped.findings, ...own.findings],
    notes: [],
  };
}

/** The file of a program that promfleet knows nothing of: as it is, whatever is in it. */
function renderOpaque(fleet: Fleet, { resource }: PlacedUnit, main: string, shipped: ShippedFiles): Rendered {
  const place = placeIn(resource, 'config');
  const [path] = shipped.find((resource as Resource<'Exporter'>).settings.config ?? '', '.', place);
  const file = path === undefined ? undefined : fileOf(fleet, resource.folder, path);
  if (file) shipped.addFile(main, file);
  return {
    main,
    files: shipped.all,
    secrets: shipped.secrets,
    config: map({}, place),
    places: new Map(),
    origins: new Map(file ? [[main, file.shown]] : []),
    scrapes: false,
    capabilities: [],
    tests: NO_TESTS,
    findings: shipped.findings,
    notes: [],
  };
}

/** Another value of a secret makes another file. */
const identityOf = ({ all, secrets }: ShippedFiles): unknown => (secrets.length > 0 ? [all, secrets] : all);

/** The modules of a blackbox exporter: whether each probes at all, and what for. */
function judgeModules(
  config: MapTree,
  { settings, component }: PlacedUnit,
): { readonly findings: Finding[]; readonly capabilities: string[] } {
  const version = settings.version ?? component.version;
  const known = PROBERS.filter(({ since }) => compareVersions(version, since) >= 0);
  const names = known.map((prober) => prober.name);
  const modules = child(config, 'modules');
  const findings: Finding[] = [];
  const capabilities = new Set<string>();
  for (const { key, keyPlace, value } of modules?.kind === 'map' ? modules.entries : []) {
    const prober = child(value, 'prober');
    const name = textOf(prober) ?? '';
    const found = known.find((one) => one.name === name);
    for (const capability of found?.capabilities ?? []) capabilities.add(capability);
    if (found) continue;
    const message = prober
      ? `the module \`${key}\` has no prober \`${name}\` in blackbox_exporter ${version}`
      : `the module \`${key}\` needs a \`prober\``;
    findings.push(
      finding(prober?.place ?? keyPlace, message, didYouMean(name, names) ?? `there is ${names.join(', ')}`),
    );
  }
  return { findings, capabilities: [...capabilities] };
}
