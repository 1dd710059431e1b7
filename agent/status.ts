import { describeNarrowing } from '../proto/narrowing.ts';
import type { HostReport, UnitReport } from '../proto/report.ts';
import { showRevision } from '../proto/revision.ts';

/** What the agent last reported, for people on the host itself. */
export function showStatus(report: HostReport, host: string | undefined, now: number): string {
  const age = Math.round((now - report.atMs) / 1_000);
  const { narrowing } = report.facts;
  const lines = [
    `host       ${host ?? '(not enrolled)'}`,
    `agent      ${report.agentVersion}, ${report.facts.supervisor} supervisor`,
    `revision   ${showRevision(report.revision)}${report.converged ? ', converged' : ''}`,
    `last change ${age} s ago`,
    ...(narrowing ? [`narrowed   ${describeNarrowing(narrowing).join('; ') || 'nothing'}`] : []),
    ...report.problems.map((problem) => `problem    ${problem.message}`),
    '',
    ...report.units.flatMap(showUnit),
  ];
  return `${lines.join('\n')}\n`;
}

function showUnit({ name, state, version, pid, message }: UnitReport): string[] {
  const first = `${name.padEnd(24)} ${state.padEnd(10)} ${version.padEnd(12)} ${pid || ''}`.trimEnd();
  return [
    first,
    ...message
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => `  ${line}`),
  ];
}
