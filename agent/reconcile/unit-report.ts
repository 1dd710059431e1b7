import type { Activity, UnitReport, UnitState } from '../../proto/report.ts';
import { NO_RECORD } from '../state/unit-record.ts';
import type { UnitLoss } from './loss-watch.ts';
import type { Look } from './observe.ts';
import { NO_CONFIG, NO_PROCESS, type ObservedUnit } from './observed.ts';
import { isRefused } from './plan.ts';
import type { Readiness } from './prober.ts';
import type { Progress } from './progress.ts';
import type { Wanted } from './wanted.ts';

const NOTHING: ObservedUnit = { program: NO_PROCESS, config: NO_CONFIG, record: NO_RECORD };
const NOT_ASKED: Readiness = { isReady: false, readyAtMs: 0, message: '' };

/** What is known of a unit when it is reported. */
interface Known extends ObservedUnit {
  readonly wanted: Wanted | undefined;
  readonly readiness: Readiness;
  readonly loss: UnitLoss | undefined;
  readonly progress: Progress | undefined;
}

/** Every unit that is wanted here, and every other that still runs. */
export function unitReports(
  look: Look,
  progress: ReadonlyMap<string, Progress>,
  activity: (unit: string) => Activity | undefined,
): UnitReport[] {
  const wanted = new Map(look.wanted?.map((want) => [want.unit.name, want]));
  const others = [...look.observed.units].filter(
    ([name, { program }]) => !wanted.has(name) && program.state !== 'none',
  );
  return [...wanted.keys(), ...others.map(([name]) => name)].toSorted().map((name) => {
    const known: Known = {
      ...(look.observed.units.get(name) ?? NOTHING),
      wanted: wanted.get(name),
      readiness: look.readiness.get(name) ?? NOT_ASKED,
      loss: look.losses.get(name),
      progress: progress.get(name),
    };
    return unitReport(name, known, look, progress.get(name)?.busy ? activity(name) : undefined);
  });
}

function unitReport(name: string, known: Known, look: Look, activity: Activity | undefined): UnitReport {
  const { program, config, record } = known;
  const isKnownLaunch = program.pid !== 0 && record.launch?.digest === program.launchDigest;
  const state = stateOf(known);
  return {
    name,
    state,
    message: messageOf(known),
    version: isKnownLaunch ? (record.launch?.version ?? '') : '',
    releaseSha256: isKnownLaunch ? (record.launch?.sha256 ?? '') : '',
    pid: program.pid,
    startedAtMs: program.startedAtMs,
    restarts: program.restarts,
    configDigest: config.current,
    loadedDigest: program.pid === 0 ? '' : (record.loaded?.digest ?? ''),
    launchDigest: program.launchDigest,
    lastLines: look.lastLines.get(name) ?? [],
    activity,
    readyAtMs: known.readiness.readyAtMs,
    drift: driftOf(known),
    loss: known.loss && { sinceMs: known.loss.lost.sinceMs, untilMs: known.loss.lost.untilMs },
    ...tlsOf(known, look),
  };
}

function stateOf({ program, wanted, progress, readiness, loss }: Known): UnitState {
  // What is refused will never be, however well an earlier one still runs.
  if (wanted && wanted.refusals.length > 0 && program.state !== 'stopping') return 'failed';
  switch (program.state) {
    case 'running':
      // It says that it is ready, also while it stores nothing.
      if (loss) return 'unhealthy';
      if (readiness.isReady) return 'ready';
      return readiness.readyAtMs > 0 ? 'unhealthy' : 'starting';
    case 'none':
      if (!wanted) return 'failed';
      if (wanted.unit.stopped) return 'stopped';
      if (progress?.failure)
        return progress.failure.code === 'unavailable' && progress.failure.step === 'install' ? 'installing' : 'failed';
      return progress?.busy === 'start' ? 'starting' : progress?.busy ? 'installing' : 'absent';
    default:
      return program.state;
  }
}

function messageOf(known: Known): string {
  const { wanted, progress, program, record, readiness } = known;
  if (wanted && wanted.refusals.length > 0) {
    const runsOn = program.state === 'running' && !wanted.isBanned;
    return [...wanted.refusals, ...(runsOn ? ['what runs already runs on, unchanged'] : [])].join('\n');
  }
  if (progress?.failure)
    return [progress.failure.message, progress.failure.hint].filter((text) => text !== '').join('\n');
  if (wanted && isRefused(wanted, known) && record.refused) {
    const running =
      known.config.current === wanted.configDigest
        ? 'there is no earlier one to go back to'
        : 'the previous one runs on';
    return `it refused its new config, ${running}: ${record.refused.message}`;
  }
  if (program.state === 'backoff' || program.state === 'failed') return `it ${exitOf(program.lastExit)}`;
  return program.state === 'running' ? (known.loss?.message ?? readiness.message) : '';
}

/** Of the authorities that this host knows, once everything of the unit is of them. */
function tlsOf({ tls, wanted, progress }: Known, { tlsDigest }: Look): Pick<UnitReport, 'tls'> {
  if (!wanted?.unit.tls || !tls) return {};
  const problem = progress?.failure?.step === 'certify' ? progress.failure.message : '';
  return { tls: { untilMs: tls.untilMs, problem, digest: tls.standing === 'good' ? tlsDigest : '' } };
}

const exitOf = (lastExit: string): string => (lastExit.startsWith('killed') ? `was ${lastExit}` : lastExit || 'ended');

/** What stays changed by hand: what is mended is gone before anyone could read of it. */
function driftOf({ wanted, config, program }: Known): string {
  const unitFile = program.isLapsed ? ['its unit file, removed or disabled'] : [];
  const edited = [...config.edited, ...config.live.edited, ...unitFile];
  return wanted?.unit.reportDrift && edited.length > 0 ? `changed by hand: ${edited.join(', ')}` : '';
}

/** Nothing is left to do, and nothing is otherwise than the spec says for a reason that only people can remove. */
export function hasConverged(look: Look, progress: ReadonlyMap<string, Progress>, isSettled: boolean): boolean {
  if (!isSettled || [...progress.values()].some(({ failure }) => failure)) return false;
  return (look.wanted ?? []).every((want) => {
    const have = look.observed.units.get(want.unit.name) ?? NOTHING;
    return want.refusals.length === 0 && !isRefused(want, have) && have.program.state !== 'stopping';
  });
}
