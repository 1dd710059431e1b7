import { didYouMean } from '../../../proto/nearest.ts';
import { FEATURES } from '../../catalogue/features.ts';
import { compareVersions } from '../../releases/version-order.ts';
import { keyPlaceOf, placeOf, type UnitPart } from '../unit-parts.ts';
import type { Lint } from './lint.ts';

/** Old and new name of one thing: node_exporter ends with a panic when it is given both. */
const PAIRS = [
  ['collector.diskstats.ignored-devices', 'collector.diskstats.device-exclude'],
  ['collector.filesystem.ignored-mount-points', 'collector.filesystem.mount-points-exclude'],
  ['collector.filesystem.ignored-fs-types', 'collector.filesystem.fs-types-exclude'],
  ['collector.netdev.device-blacklist', 'collector.netdev.device-exclude'],
  ['collector.netdev.device-whitelist', 'collector.netdev.device-include'],
  ['collector.systemd.unit-blacklist', 'collector.systemd.unit-exclude'],
  ['collector.systemd.unit-whitelist', 'collector.systemd.unit-include'],
] as const;

/** Flags that a program takes, each, and still does not mean. */
export function lintFlags(part: UnitPart): Lint[] {
  const { settings, component } = part;
  const { flags = {}, version = component.version } = settings;
  const scope = part.resource.tree;
  const panics = PAIRS.filter(([old, now]) => component.name === 'node_exporter' && old in flags && now in flags).map(
    ([old, now]): Lint => {
      const message = `node_exporter ends with a panic when it is given both \`${old}\` and \`${now}\`, the new name of the same`;
      return {
        name: 'flags-that-panic',
        place: keyPlaceOf(part, 'flags', old),
        message,
        hint: `leave \`${old}\` out`,
        scope,
      };
    },
  );
  if (component.name !== 'prometheus') return panics;
  const given = [flags['enable-feature'] ?? []].flat().flatMap((one) => String(one).split(','));
  const known = FEATURES.filter(({ since, until }) => isIn(version, since, until)).map(({ name }) => name);
  const unknown = given.filter((feature) => feature !== '' && !known.includes(feature));
  return [
    ...panics,
    ...unknown.map((feature): Lint => {
      const was = FEATURES.find(({ name }) => name === feature);
      const why = was ? whenKnown(was) : 'none that we know';
      const message = `prometheus ${version} has no feature \`${feature}\` (${why}): it starts, and only logs a warning`;
      const hint = was?.instead ?? didYouMean(feature, known) ?? 'leave it out';
      return { name: 'unknown-feature', place: placeOf(part, 'flags', 'enable-feature'), message, hint, scope };
    }),
  ];
}

const isIn = (version: string, since: string, until: string | undefined): boolean =>
  compareVersions(version, since) >= 0 && (until === undefined || compareVersions(version, until) < 0);

const whenKnown = ({ since, until }: (typeof FEATURES)[number]): string =>
  until === undefined ? `it came with ${since}` : `it was there from ${since} on, and gone with ${until}`;
