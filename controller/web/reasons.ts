import { type Fleet, TONES, type Tone, toneOfUnit } from './tone.ts';
import type { HostView, TargetView, UnitView } from './wire.ts';

export interface Reason {
  readonly tone: Tone;
  /** `unit@host`, a host, a target; '' for the fleet. */
  readonly where: string;
  readonly text: string;
  /** The next move, where it is one to type. */
  readonly command: string;
}

/** Everything that is not as it should be, worst first. */
export const reasonsOf = (fleet: Fleet): Reason[] =>
  [...reasonsOfFleet(fleet), ...fleet.hosts.flatMap(reasonsOfHost), ...reasonsOfTargets(fleet)].sort(
    (a, b) => TONES.indexOf(b.tone) - TONES.indexOf(a.tone),
  );

function reasonsOfFleet({ held, hosts, fleet }: Fleet): Reason[] {
  const say = (tone: Tone, text: string, command: string): Reason => ({ tone, where: '', text, command });
  if (held) {
    const text =
      'The controller was restored from an older state. Hosts keep what they run; nothing new is sent to them.';
    return [say('bad', text, 'promfleet apply -f DIR')];
  }
  if (hosts.length === 0)
    return [say('rest', 'Make a join token and run the line that it prints on a host.', 'promfleet token create')];
  if (!fleet) return [say('rest', 'Hosts wait for a fleet to be applied.', 'promfleet apply -f DIR')];
  return [];
}

function reasonsOfHost(host: HostView): Reason[] {
  if (!host.online) {
    const text =
      'Its agent is not connected. What it runs goes on running; what is shown of it is the last that it said.';
    return [blame('bad', host.name, text)];
  }
  const problems = host.problems.map(({ message, hint }) => blame('warn', host.name, `${message} ${hint}`.trim()));
  const reasons = [...problems, ...host.units.flatMap((unit) => reasonOfUnit(host, unit) ?? [])];
  if (host.converged || reasons.length > 0) return reasons;
  const busy = host.revision === host.wantedRevision ? 'finishes' : 'goes to';
  return [blame('busy', host.name, `It ${busy} revision ${host.wantedRevision}.`)];
}

const STATE_TEXT: Record<UnitView['state'], string> = {
  absent: 'Waits for its turn.',
  installing: 'Its release is being fetched and unpacked.',
  starting: 'It was started; its probes do not hold yet.',
  ready: '',
  unhealthy: 'It runs, but does not answer its probe.',
  backoff: 'It exited unasked and will be started again.',
  failed: 'It can’t be kept running.',
  stopping: 'It is being stopped.',
  stopped: 'It is down and is about to be started.',
};

/** What a state means, for a unit that says nothing more itself. */
export function explainUnit(unit: UnitView): string {
  if (unit.stopped && unit.state === 'stopped') return 'An operator stopped it.';
  if (unit.message || unit.drift) return asSentence(unit.message || unit.drift);
  return unit.wantedVersion === '' ? 'Nothing wants it any more; it is being removed.' : STATE_TEXT[unit.state];
}

const asSentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

function reasonOfUnit(host: HostView, unit: UnitView): Reason | undefined {
  const tone = toneOfUnit(unit);
  const where = `${unit.name}@${host.name}`;
  if (tone === 'good') return undefined;
  // A checker's whole answer can be long: it is shown with the unit, and its first line here.
  const [text = ''] = explainUnit(unit).split('\n');
  return { tone, where, text, command: commandFor(tone, unit, host) };
}

function commandFor(tone: Tone, unit: UnitView, host: HostView): string {
  if (tone === 'rest') return `promfleet start ${unit.name} --on ${host.name}`;
  return tone === 'bad' ? `promfleet logs ${unit.name}@${host.name}` : '';
}

/** A target that is down because its unit is down is told with the unit, not once more for each Prometheus. */
function reasonsOfTargets({ hosts, targets }: Fleet): Reason[] {
  const told = new Set(
    hosts.flatMap((host) =>
      host.units
        .filter((unit) => !host.online || toneOfUnit(unit) !== 'good')
        .flatMap((unit) => [`${host.name}:${unit.port}`, `${host.address}:${unit.port}`]),
    ),
  );
  const unknown = targets
    .filter((seen) => seen.error !== '')
    .map((seen) => blame('warn', seen.prometheus, `Its targets are unknown: ${seen.error}`));
  const down = new Map<string, { target: TargetView; by: string[] }>();
  for (const { prometheus, targets: all } of targets) {
    for (const target of all.filter(({ health, instance }) => health === 'down' && !told.has(instance))) {
      const key = `${target.job} ${target.instance} ${target.lastError}`;
      down.set(key, { target, by: [...(down.get(key)?.by ?? []), prometheus] });
    }
  }
  return [...unknown, ...[...down.values()].map(({ target, by }) => blameTarget(target, by))];
}

const blame = (tone: Tone, where: string, text: string): Reason => ({ tone, where, text, command: '' });

const blameTarget = ({ job, instance, lastError }: TargetView, by: readonly string[]): Reason =>
  blame('bad', `${job} ${instance}`, `${by.join(' and ')} can’t scrape it${lastError ? `: ${lastError}` : ''}`);
