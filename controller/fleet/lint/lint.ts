import type { Finding } from '../../../proto/fault.ts';
import { didYouMean } from '../../../proto/nearest.ts';
import { finding, type Place } from '../place.ts';
import type { Tree } from '../tree.ts';

/** Our own lint, beyond what the programs refuse: by name, and whether an apply is refused for it. docs/lint.md says more of each. */
export const LINTS = {
  'absent-without-labels': 'note',
  'alert-without-for': 'note',
  'counted-twice': 'note',
  'dropped-metric': 'note',
  'empty-range': 'error',
  'flags-that-panic': 'error',
  'honoured-labels': 'note',
  'idle-series': 'note',
  'instance-without-port': 'note',
  'local-target': 'note',
  'lost-label': 'note',
  'metric-of-no-target': 'note',
  'nothing-when-healthy': 'note',
  'per-level-in-name-only': 'note',
  'ratio-without-zero': 'note',
  'raw-value': 'note',
  'relabel-without-effect': 'note',
  'root-filesystem-only': 'note',
  'same-alert': 'note',
  'same-series': 'error',
  'short-prediction': 'note',
  'short-range': 'note',
  'shadowed-label': 'note',
  'stale-label': 'note',
  'unknown-feature': 'note',
} as const satisfies Record<string, 'note' | 'error'>;

export type LintName = keyof typeof LINTS;

export interface Lint {
  readonly name: LintName;
  readonly place: Place;
  /** What is wrong, and why it matters. */
  readonly message: string;
  /** A better form. */
  readonly hint: string;
  /** The rule, job or resource in which a comment allows it. */
  readonly scope: Tree;
}

export interface Linted {
  readonly errors: readonly Finding[];
  readonly notes: readonly Finding[];
}

const ALLOW = /#\s*promfleet:\s*allow\s+([\w ,-]+)/;

/** Without what the files allow by `# promfleet: allow NAME` on what it is of. `contentOf` has the files by the names that places have. */
export function judge(lints: readonly Lint[], contentOf: (file: string) => string | undefined): Linted {
  const kept = lints.filter((lint) => !isAllowed(lint, contentOf(lint.scope.place.file)));
  const shown = (grave: 'note' | 'error'): Finding[] =>
    kept
      .filter(({ name }) => LINTS[name] === grave)
      .map((lint) => finding(lint.place, `${lint.message} [${lint.name}]`, lint.hint));
  return { errors: shown('error'), notes: shown('note') };
}

function isAllowed({ name, scope }: Lint, content: string | undefined): boolean {
  if (content?.includes('promfleet:') !== true) return false;
  const lines = content.split('\n');
  let first = scope.place.line - 1;
  while (first > 0 && /^\s*#/.test(lines[first - 1] ?? '')) first--;
  return lines.slice(first, lastLine(scope)).some((line) => namesIn(line).includes(name));
}

const namesIn = (line: string): string[] => (ALLOW.exec(line)?.[1] ?? '').split(/[ ,]+/).filter((word) => word !== '');

/** Of what was written; a block of text is longer than its first line. */
function lastLine(tree: Tree): number {
  if (tree.kind === 'leaf') return tree.place.line + (tree.quoted ? tree.text.trimEnd().split('\n').length : 0);
  const members = tree.kind === 'list' ? tree.items : tree.entries.map(({ value }) => value);
  return Math.max(tree.place.line, ...members.map(lastLine));
}

/** What a comment allows, and there is no such lint. */
export function unknownAllowances(file: string, content: string): Finding[] {
  if (!content.includes('promfleet:')) return [];
  return content.split('\n').flatMap((line, index) =>
    namesIn(line)
      .filter((name) => !(name in LINTS))
      .map((name) => {
        const place = { file, line: index + 1, column: line.indexOf(name) + 1 };
        return finding(
          place,
          `there is no lint \`${name}\` to allow`,
          didYouMean(name, Object.keys(LINTS)) ?? 'docs/lint.md has their names',
        );
      }),
  );
}
