import type { ToolResult } from '../install/run-tool.ts';

/** How the last run of a script went. */
export interface ScriptRun {
  readonly name: string;
  /** '' when it ended well. */
  readonly fault: string;
  readonly startedAtMs: number;
  readonly durationMs: number;
  /** Of the last run that ended well; 0: none yet. */
  readonly succeededAtMs: number;
}

/** Why what it printed is not taken; '' when it is. What was taken before stays. */
export function judgeRun({ ok, end, output, stdout }: ToolResult, most: number): string {
  const said = output.split('\n').findLast((line) => line.trim() !== '');
  if (!ok) return said === undefined ? end : `${end}: ${said.slice(0, 200)}`;
  if (stdout.length >= most) return `it printed more than ${most} bytes`;
  return stdout.trim() === '' ? 'it printed nothing' : '';
}

/** The words that run a file by its first line; undefined when that names no program. */
export function interpreterOf(content: Uint8Array): string[] | undefined {
  const line = /^#! *(\/\S+)[ \t]*([^\r\n]*)/.exec(Buffer.from(content.slice(0, 512)).toString('utf8'));
  if (!line?.[1]) return undefined;
  const argument = line[2]?.trim() ?? '';
  // As the system itself does: all that follows is one word.
  return argument === '' ? [line[1]] : [line[1], argument];
}

/** The first words of each are the same in every file: node_exporter takes a family of metrics with one description only. */
const FAMILIES: readonly (readonly [string, string, (run: ScriptRun) => number])[] = [
  ['success', 'Whether the last run of the script ended well.', ({ fault }) => (fault === '' ? 1 : 0)],
  ['last_run_timestamp_seconds', 'When the last run of the script began.', (run) => run.startedAtMs / 1_000],
  ['last_success_timestamp_seconds', 'When the script last ended well.', (run) => run.succeededAtMs / 1_000],
  ['duration_seconds', 'How long the last run of the script took.', (run) => run.durationMs / 1_000],
];

/** For a textfile collector: how each script of a unit goes. */
export function showRuns(runs: readonly ScriptRun[]): string {
  const sorted = [...runs].sort((a, b) => (a.name < b.name ? -1 : 1));
  return FAMILIES.map(([name, help, value]) => {
    const family = `promfleet_script_${name}`;
    const samples = sorted.map((run) => `${family}{script="${run.name}"} ${value(run)}\n`);
    return `# HELP ${family} ${help}\n# TYPE ${family} gauge\n${samples.join('')}`;
  }).join('');
}
