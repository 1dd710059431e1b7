import type { Finding } from '../../proto/fault.ts';
import { didYouMean } from '../../proto/nearest.ts';
import { nativeConfig } from './native-config.ts';
import { finding, showPlace } from './place.ts';
import { type Fleet, ofKind, placeIn, type Resource, titleOf } from './resource.ts';
import { ShippedFiles } from './shipped-files.ts';
import { child } from './tree.ts';
import { partsOf } from './unit-parts.ts';

/** What a Probe goes through and asks of it, and what it says twice. */
export const checkProbes = (fleet: Fleet): Finding[] =>
  ofKind(fleet, 'Probe').flatMap((probe) => [...checkThrough(fleet, probe), ...checkTargets(probe)]);

function checkThrough(fleet: Fleet, probe: Resource<'Probe'>): Finding[] {
  const { through } = probe.settings;
  const exporter = ofKind(fleet, 'Exporter').find((one) => one.name === through);
  if (!exporter) return [];
  if (exporter.settings.component !== 'blackbox_exporter') {
    const what = exporter.settings.component ?? 'a program of its own';
    const message = `${titleOf(probe)} can't go through ${titleOf(exporter)}, which is ${what}`;
    return [finding(placeIn(probe, 'through'), message, 'name an Exporter whose component is blackbox_exporter')];
  }
  return checkModule(fleet, probe, exporter);
}

function checkModule(fleet: Fleet, probe: Resource<'Probe'>, exporter: Resource<'Exporter'>): Finding[] {
  const [part] = partsOf(exporter);
  if (!part?.component.config) return [];
  const shipped = new ShippedFiles(fleet, exporter.folder);
  const unit = { ...part, unit: part.settings.unit ?? part.component.name };
  const modules = child(nativeConfig(fleet, unit, part.component.config, shipped), 'modules');
  // What is wrong with the configuration itself is told of that.
  if (shipped.findings.length > 0 || modules?.kind !== 'map') return [];
  const known = modules.entries.map(({ key }) => key);
  const { module } = probe.settings;
  if (known.includes(module)) return [];
  const message = `${titleOf(exporter)} has no module \`${module}\``;
  return [finding(placeIn(probe, 'module'), message, didYouMean(module, known) ?? `it has ${known.join(', ')}`)];
}

function checkTargets(probe: Resource<'Probe'>): Finding[] {
  const { targets } = probe.settings;
  return targets.flatMap((target, index) => {
    const first = targets.indexOf(target);
    if (first === index) return [];
    const other = showPlace(placeIn(probe, 'targets', first));
    return [
      finding(
        placeIn(probe, 'targets', index),
        `\`${target}\` is written twice; the other is at ${other}`,
        'keep one of the two',
      ),
    ];
  });
}
