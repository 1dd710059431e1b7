import { CATALOGUE } from '../../catalogue/catalogue.ts';
import { selectorsOf } from '../promql/nodes.ts';
import type { Resource } from '../resource.ts';
import { child, items, type Tree, textOf } from '../tree.ts';
import type { Lint } from './lint.ts';
import type { JobView, PrometheusView } from './view.ts';

/** What a job does to its targets' labels and metrics that its author may not mean. */
export function lintJobs(view: PrometheusView, { settings }: Resource<'Prometheus'>): Lint[] {
  return [
    ...view.jobs.flatMap((job) => [
      ...relabelling(job),
      ...honoured(job),
      ...localTargets(job, settings.replicas ?? 1),
      ...staleLabels(job),
      ...shadowed(job, view.config),
    ]),
    ...dropped(view),
  ];
}

interface RelabelView {
  readonly tree: Tree;
  readonly sources: readonly string[];
  readonly action: string;
  readonly target: string | undefined;
  readonly regex: string | undefined;
  readonly replacement: string | undefined;
}

const relabels = (job: JobView, key: 'relabel_configs' | 'metric_relabel_configs'): RelabelView[] =>
  items(child(job.tree, key)).map((tree) => ({
    tree,
    sources: items(child(tree, 'source_labels')).flatMap((one) => textOf(one) ?? []),
    action: textOf(child(tree, 'action')) ?? 'replace',
    target: textOf(child(tree, 'target_label')),
    regex: textOf(child(tree, 'regex')),
    replacement: textOf(child(tree, 'replacement')),
  }));

const ALL = new Set([undefined, '(.*)', '.*', '(.+)', '^(.*)$']);
const FIRST = new Set([undefined, '$1', '${1}', '\\1']);

function relabelling(job: JobView): Lint[] {
  return relabels(job, 'relabel_configs').flatMap((one): Lint[] => {
    const fromAddress = one.sources.length === 1 && one.sources[0] === '__address__';
    if (one.action !== 'replace' || one.target !== 'instance' || !fromAddress) return [];
    const scope = job.tree;
    if (ALL.has(one.regex) && FIRST.has(one.replacement)) {
      const message = '`instance` is the address already: this does nothing';
      return [{ name: 'relabel-without-effect', place: one.tree.place, message, hint: 'leave it out', scope }];
    }
    if (!/\[\^:\]|:\\?d|:\.\*|:\(/.test(one.regex ?? '')) return [];
    return [
      {
        name: 'instance-without-port',
        place: (child(one.tree, 'regex') ?? one.tree).place,
        message:
          'without its port `instance` is the same for all that one host runs, and an address such as [::1]:9100 becomes `[`',
        hint: 'keep `instance`, and give a label of its own, such as `target_label: host`',
        scope,
      },
    ];
  });
}

/** What is scraped may write `job` and `instance` as it likes: only who speaks for others should. */
function honoured(job: JobView): Lint[] {
  const honor = child(job.tree, 'honor_labels');
  if (!honor || textOf(honor) !== 'true' || textOf(child(job.tree, 'metrics_path'))?.endsWith('/federate')) return [];
  const speaksForOthers = [...CATALOGUE.values()].some(
    (one) => one.honorsLabels && addressesOf(job).some((at) => at.endsWith(`:${one.port}`)),
  );
  if (speaksForOthers || !addressesOf(job).some((at) => LOCAL.test(at))) return [];
  return [
    {
      name: 'honoured-labels',
      place: honor.place,
      message: `the job \`${job.name}\` lets what it scrapes decide \`job\` and \`instance\``,
      hint: 'only a federation and a Pushgateway speak for others: leave `honor_labels` out',
      scope: job.tree,
    },
  ];
}

const LOCAL = /^(localhost|127\.[\d.]+|\[::1\]):/;

const targetsOf = ({ tree }: JobView): Tree[] =>
  items(child(tree, 'static_configs')).flatMap((group) => [...items(child(group, 'targets'))]);

const addressesOf = (job: JobView): string[] => targetsOf(job).flatMap((target) => textOf(target) ?? []);

/** Each replica means another machine by it, and all give it one name. */
function localTargets(job: JobView, replicas: number): Lint[] {
  if (replicas < 2) return [];
  const target = targetsOf(job).find((one) => LOCAL.test(textOf(one) ?? ''));
  if (!target) return [];
  const address = textOf(target) ?? '';
  return [
    {
      name: 'local-target',
      place: target.place,
      message: `each of the ${replicas} replicas scrapes its own \`${address}\`, and both call it by that name`,
      hint: 'write `{ exporter: NAME }` or `{ prometheus: NAME }`: targets then have the names of their hosts',
      scope: job.tree,
    },
  ];
}

const STALE = new Set(['version', 'app_version', 'instance_type', 'build', 'commit']);

/** True until the next deployment, and then every series is another one. */
function staleLabels(job: JobView): Lint[] {
  return items(child(job.tree, 'static_configs')).flatMap((group) => {
    const labels = child(group, 'labels');
    return (labels?.kind === 'map' ? labels.entries : [])
      .filter(({ key }) => STALE.has(key))
      .map(({ key, keyPlace }): Lint => {
        const message = `\`${key}\` written by hand is wrong after the next change, and a change of it makes every series a new one`;
        const hint = 'let the program tell it in a metric of its own, such as `app_build_info`';
        return { name: 'stale-label', place: keyPlace, message, hint, scope: job.tree };
      });
  });
}

/** External labels stand back behind a target's own: what leaves has the target's. */
function shadowed(job: JobView, config: Tree): Lint[] {
  const external = child(child(config, 'global'), 'external_labels');
  return items(child(job.tree, 'static_configs')).flatMap((group) => {
    const labels = child(group, 'labels');
    return (labels?.kind === 'map' ? labels.entries : []).flatMap(({ key, keyPlace, value }): Lint[] => {
      const other = textOf(child(external, key));
      if (other === undefined || other === textOf(value)) return [];
      const message = `\`${key}\` is "${textOf(value)}" for these targets and "${other}" as an external label: what leaves has the first`;
      return [
        { name: 'shadowed-label', place: keyPlace, message, hint: 'name one of them otherwise', scope: job.tree },
      ];
    });
  });
}

/** A rule needs what a job throws away. */
function dropped({ jobs, rules }: PrometheusView): Lint[] {
  return jobs.flatMap((job) =>
    relabels(job, 'metric_relabel_configs').flatMap((one): Lint[] => {
      const regex = one.action === 'drop' && one.sources.join() === '__name__' ? anchored(one.regex) : undefined;
      if (!regex) return [];
      const user = rules.find(({ promql }) => selectorsOf(promql).some((selector) => isOf(job, selector, regex)));
      if (!user) return [];
      const { metric = '' } = selectorsOf(user.promql).find((selector) => isOf(job, selector, regex)) ?? {};
      return [
        {
          name: 'dropped-metric',
          place: (child(one.tree, 'regex') ?? one.tree).place,
          message: `the job \`${job.name}\` drops \`${metric}\`, which the rule \`${user.name}\` (${user.place.file}:${user.place.line}) needs`,
          hint: 'keep it here, or leave the rule out',
          scope: job.tree,
        },
      ];
    }),
  );
}

function isOf(job: JobView, selector: ReturnType<typeof selectorsOf>[number], regex: RegExp): boolean {
  const named = selector.matchers.find(({ label, op }) => label === 'job' && op === '=')?.value;
  return selector.metric !== undefined && (named === undefined || named === job.name) && regex.test(selector.metric);
}

/** Undefined: a pattern that JavaScript does not have. */
export function anchored(pattern: string | undefined): RegExp | undefined {
  try {
    return new RegExp(`^(?:${pattern ?? '.*'})$`, 's');
  } catch {
    return undefined;
  }
}
