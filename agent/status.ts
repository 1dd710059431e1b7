import { describeNarrowing } from '../proto/narrowing.ts';
import type { HostReport, UnitReport } from '../proto/report.ts';
import { showRevision } from '../proto/revision.ts';
import type { SessionNote } from './state/session-file.ts';

/** How this host stands with its controller. */
export interface Standing {
  readonly host: string | undefined;
  /** Where sessions are answered. */
  readonly controllers: readonly string[];
  /** Of the agent that runs. */
  readonly session: SessionNote | undefined;
}

/** What the agent last reported, for people on the host itself. */
export function showStatus(report: HostReport, standing: Standing, now: number): string {
  const age = Math.round((now - report.atMs) / 1_000);
  const { narrowing } = report.facts;
  const lines = [
    `host       ${standing.host ?? '(not enrolled)'}`,
    ...showController(standing),
    `agent      ${report.agentVersion}, ${report.facts.supervisor} supervisor`,
    `revision   ${showRevision(report.revision)}${report.converged ? ', converged' : ''}`,
    `last change ${age} s ago`,
    ...(narrowing ? [`narrowed   ${describeNarrowing(narrowing).join('; ') || 'nothing'}`] : []),
    ...report.problems.filter(({ code }) => code !== 'no_session').map((problem) => `problem    ${problem.message}`),
    '',
    ...report.units.flatMap(showUnit),
  ];
  return `${lines.join('\n')}\n`;
}

function showController({ host, controllers, session }: Standing): string[] {
  if (host === undefined) return [];
  const first = `controller ${controllers.join(', ')}`;
  if (!session) return [first, 'session    none: no agent is running here, or it has just begun'];
  const since = new Date(session.sinceMs).toLocaleString('sv-SE');
  if (session.address !== '') return [first, `session    connected to ${session.address} since ${since}`];
  return [first, `session    not connected since ${since}: ${session.problem}`];
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
