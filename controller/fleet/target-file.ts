import type { SpecFile } from '../../proto/spec.ts';

/** One target of a job, as a file_sd entry. */
export interface Target {
  /** `host:port` that is dialled. */
  readonly address: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** A job's file of targets. It is watched, so that targets come and go with no reload and outlive the controller. */
export const targetFilePath = (job: string): string => `targets/${encodeURIComponent(job).replaceAll('%', '_')}.json`;

export const jobOfTargetFile = (path: string): string | undefined => /^targets\/([^/]+)\.json$/.exec(path)?.[1];

/** One entry per target, sorted: the same targets are the same bytes. */
export function writeTargets(targets: readonly Target[]): Uint8Array {
  const entries = targets
    .map(({ address, labels }) => ({
      targets: [address],
      labels: Object.fromEntries(Object.entries(labels).sort(byKey)),
    }))
    .sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1));
  return Buffer.from(`${JSON.stringify(entries, null, 2)}\n`);
}

const orderOf = ({ targets, labels }: { targets: readonly string[]; labels: Record<string, string> }): string =>
  [labels['instance'] ?? '', ...targets].join(' ').trimStart();

const byKey = ([a]: [string, string], [b]: [string, string]): number => (a < b ? -1 : 1);

interface Entry {
  readonly targets: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
}

/** As they were written. */
export const entriesOf = (content: Uint8Array): Entry[] => JSON.parse(Buffer.from(content).toString('utf8')) as Entry[];

/** The instances that a file of targets names, for people. */
export const readTargets = (content: Uint8Array): string[] =>
  entriesOf(content).flatMap((entry) => entry.targets.map((target) => entry.labels?.['instance'] ?? target));

/** Of each target its instance, and how it is dialled. Nothing of a file that is none of targets. */
export function readTargetUrls({
  path,
  content,
}: Pick<SpecFile, 'path' | 'content'>): { instance: string; url: string }[] {
  if (jobOfTargetFile(path) === undefined) return [];
  return entriesOf(content).flatMap(({ targets, labels = {} }) =>
    targets.map((target) => ({
      instance: labels['instance'] ?? target,
      url: `${labels['__scheme__'] ?? 'http'}://${target}`,
    })),
  );
}
