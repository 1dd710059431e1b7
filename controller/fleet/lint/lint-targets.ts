import { type Place, showPlace } from '../place.ts';
import { finalLabels, sorted, visible } from '../relabel/final-labels.ts';
import type { Labels } from '../relabel/relabel.ts';
import type { Rendered } from '../render.ts';
import { entriesOf, jobOfTargetFile } from '../target-file.ts';
import { child, items, type MapTree, type Tree, textOf } from '../tree.ts';
import type { Lint } from './lint.ts';
import type { JobView, PrometheusView } from './view.ts';

interface WrittenTarget {
  readonly address: string;
  readonly labels: Labels;
  readonly place: Place;
  /** While it moves to another port or scheme, both are asked under one name. */
  readonly moving?: string;
}

interface FinalTarget extends WrittenTarget {
  readonly job: JobView;
  readonly final: Labels;
}

/** Targets of one Prometheus whose series would be the same series. */
export function lintTargets({ jobs }: PrometheusView, { files }: Pick<Rendered, 'files'>): Lint[] {
  const contents = new Map(files.map(({ path, content }) => [path, content]));
  const final = jobs.flatMap((job) => finalTargets(job, contents));
  const alike = Map.groupBy(final, (target) => JSON.stringify(visible(target.final)));
  return [...alike.values()].flatMap((targets): Lint[] => {
    const [one, other, ...more] = targets;
    return one && other ? [sameSeries(one, other, more.length)] : [];
  });
}

/** Prometheus asks once what one job names twice. */
function finalTargets(job: JobView, contents: ReadonlyMap<string, Uint8Array>): FinalTarget[] {
  const final = finalLabels(job.tree);
  if (!final) return [];
  const seen = new Set<string>();
  return [...staticTargets(job.tree), ...ownTargets(job.tree, contents)].flatMap((target): FinalTarget[] => {
    const labels = final(target.address, target.labels);
    const whole = target.moving ?? JSON.stringify(labels && sorted(labels));
    if (!labels || seen.has(whole)) return [];
    seen.add(whole);
    return [{ ...target, job, final: labels }];
  });
}

function staticTargets(job: MapTree): WrittenTarget[] {
  return items(child(job, 'static_configs')).flatMap((group) => {
    const labels = labelsIn(child(group, 'labels'));
    return items(child(group, 'targets')).flatMap((target) => {
      const address = textOf(target);
      return address === undefined ? [] : [{ address, labels, place: target.place }];
    });
  });
}

const labelsIn = (tree: Tree | undefined): Labels =>
  new Map((tree?.kind === 'map' ? tree.entries : []).map(({ key, value }) => [key, textOf(value) ?? '']));

/** Of a file that promfleet keeps. */
function ownTargets(job: MapTree, contents: ReadonlyMap<string, Uint8Array>): WrittenTarget[] {
  const paths = items(child(job, 'file_sd_configs')).flatMap((one) => items(child(one, 'files')));
  return paths.flatMap((path) => {
    const content = contents.get(textOf(path) ?? '');
    if (!content || jobOfTargetFile(textOf(path) ?? '') === undefined) return [];
    return entriesOf(content).flatMap(({ targets, labels = {} }) =>
      targets.map((address): WrittenTarget => {
        const own = new Map(Object.entries(labels));
        const host = address.replace(/:\d+$/, '');
        const moving = own.has('instance') ? { moving: JSON.stringify([host, visible(own)]) } : {};
        return { address, labels: own, place: job.place, ...moving };
      }),
    );
  });
}

function sameSeries(one: FinalTarget, other: FinalTarget, more: number): Lint {
  const name = ({ address, job }: FinalTarget): string => `\`${address}\` of the job \`${job.name}\``;
  const labels = visible(one.final).map(([label, value]) => `${label}="${value}"`);
  const others = more > 0 ? `, and so ${more === 1 ? 'has' : 'have'} ${more} more` : '';
  return {
    name: 'same-series',
    place: other.place,
    message: `${name(other)} has the same labels in the end as ${name(one)} (${showPlace(one.place)})${others}: {${labels.join(', ')}}; what they say would be mixed in one series`,
    hint: hintFor(one, other),
    scope: other.job.tree,
  };
}

function hintFor({ job, final }: FinalTarget, other: FinalTarget): string {
  if (final.get('__param_target') !== other.final.get('__param_target')) {
    return 'let `instance` be `__param_target`, as a `kind: Probe` has it';
  }
  if (job !== other.job) return 'let `job` differ, or give one of the jobs a label of its own';
  return 'relabel no label that tells them apart, such as `instance`, to the same value; or give each `labels:` of its own';
}
