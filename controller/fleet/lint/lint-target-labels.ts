import type { Rendered } from '../render.ts';
import { type Fleet, ofKind, type Resource, treeIn } from '../resource.ts';
import { ENTRY_KEYS, entryKeysIn } from '../scrape-entry.ts';
import { entriesOf, targetFilePath } from '../target-file.ts';
import { child, items, type Leaf, type Tree, textOf } from '../tree.ts';
import type { UnitKind } from '../unit-parts.ts';
import type { Lint } from './lint.ts';

/** A label that what is scraped gives its targets. */
interface Given {
  readonly name: string;
  readonly place: Leaf['place'];
  /** Of a host, and not written here. */
  readonly isHosts: boolean;
}

/** What labels of promfleet's own targets stand in the way of. */
export function lintTargetLabels(
  fleet: Fleet,
  prometheus: Resource<'Prometheus'>,
  { config, files }: Pick<Rendered, 'config' | 'files'>,
): Lint[] {
  const external = child(child(config, 'global'), 'external_labels');
  return items(treeIn(prometheus, 'scrape_configs')).flatMap((entry) => {
    const scraped = scrapedBy(fleet, entry);
    if (!scraped) return [];
    const target = treeIn(scraped, 'target');
    const job = textOf(child(entry, 'job_name')) ?? textOf(child(target, 'job_name')) ?? scraped.name;
    const file = files.find(({ path }) => path === targetFilePath(job));
    const found = file ? entriesOf(file.content).map(({ labels }) => labels ?? {}) : [];
    const given = givenBy(target);
    const scope = target ?? scraped.tree;
    return given.flatMap((one) => {
      const message =
        ownName(one, given) ??
        outside(
          one,
          textOf(child(external, one.name)),
          found.flatMap((labels) => labels[one.name] ?? []),
        );
      const { place } = one;
      return message ? [{ name: 'shadowed-label', place, message, hint: 'name one of them otherwise', scope }] : [];
    });
  });
}

function scrapedBy(fleet: Fleet, entry: Tree): Resource<UnitKind> | undefined {
  const [key] = entry.kind === 'map' ? entryKeysIn(entry) : [];
  if (key === undefined || key === 'federate' || key === 'probe') return undefined;
  return ofKind<UnitKind>(fleet, ENTRY_KEYS[key]).find(({ name }) => name === textOf(child(entry, key)));
}

function givenBy(target: Tree | undefined): Given[] {
  const labels = child(target, 'labels');
  const written = labels?.kind === 'map' ? labels.entries : [];
  return [
    ...written.map(({ key, keyPlace }) => ({ name: key, place: keyPlace, isHosts: false })),
    ...items(child(target, 'host_labels')).map((one) => ({ name: textOf(one) ?? '', place: one.place, isHosts: true })),
  ];
}

function ownName({ name, isHosts }: Given, given: readonly Given[]): string | undefined {
  if (!isHosts) return undefined;
  if (name === 'job' || name === 'instance') return `the label \`${name}\` of a host takes the place of a target's own`;
  return given.some((other) => other.name === name && !other.isHosts)
    ? `\`${name}\` of a host is never seen: \`labels\` has it, too, and wins`
    : undefined;
}

function outside({ name }: Given, external: string | undefined, values: readonly string[]): string | undefined {
  const value = external === undefined ? undefined : values.find((one) => one !== external);
  return value === undefined
    ? undefined
    : `\`${name}\` is "${value}" for these targets and "${external}" as an external label: what leaves has the first`;
}
