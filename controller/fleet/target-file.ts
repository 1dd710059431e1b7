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
    .sort((a, b) => (instanceOf(a) < instanceOf(b) ? -1 : 1));
  return Buffer.from(`${JSON.stringify(entries, null, 2)}\n`);
}

const instanceOf = ({ targets, labels }: { targets: readonly string[]; labels: Record<string, string> }): string =>
  labels['instance'] ?? targets[0] ?? '';

const byKey = ([a]: [string, string], [b]: [string, string]): number => (a < b ? -1 : 1);

/** The instances that a file of targets names, for people. */
export function readTargets(content: Uint8Array): string[] {
  const entries = JSON.parse(Buffer.from(content).toString('utf8')) as {
    targets: string[];
    labels?: Record<string, string>;
  }[];
  return entries.flatMap((entry) => entry.targets.map((target) => entry.labels?.['instance'] ?? target));
}
