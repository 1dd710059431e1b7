import { count } from './format.ts';
import type { HostView, StatusView, TargetView, UnitView } from './wire.ts';

/** From best to worst. `rest` is down because someone wants it so. */
export const TONES = ['good', 'rest', 'busy', 'warn', 'bad'] as const;
export type Tone = (typeof TONES)[number];

/** For a tab that is one of many: the state in one character before the name. */
export const TITLE_MARKS: Record<Tone, string> = { good: '✓', rest: '■', busy: '…', warn: '!', bad: '✗' };

export interface Reason {
  readonly tone: Tone;
  /** `unit@host`, a host, a target; '' for the fleet. */
  readonly where: string;
  readonly text: string;
  /** The next move, where it is one to type. */
  readonly command: string;
}

export interface Verdict {
  readonly tone: Tone;
  readonly headline: string;
  readonly reasons: readonly Reason[];
  readonly figures: readonly { readonly name: string; readonly value: string; readonly tone: Tone }[];
}

/** The targets of one Prometheus; `error` when it could not be asked. */
export interface TargetsSeen {
  readonly prometheus: string;
  readonly targets: readonly TargetView[];
  readonly error: string;
}

export interface Fleet {
  readonly held: boolean;
  readonly fleet: StatusView['fleet'];
  readonly hosts: readonly HostView[];
  readonly targets: readonly TargetsSeen[];
}

const STATE_TONE: Record<UnitView['state'], Tone> = {
  absent: 'busy',
  installing: 'busy',
  starting: 'busy',
  ready: 'good',
  unhealthy: 'bad',
  backoff: 'bad',
  failed: 'bad',
  stopping: 'busy',
  stopped: 'busy',
};

export function toneOfUnit(unit: UnitView): Tone {
  if (unit.stopped && unit.state === 'stopped') return 'rest';
  if (unit.state === 'ready' && unit.drift) return 'warn';
  return STATE_TONE[unit.state];
}

/** Prometheus knows three: `up`, `down`, and `unknown` before the first scrape. */
export const toneOfTarget = (target: TargetView): Tone =>
  target.health === 'up' ? 'good' : target.health === 'down' ? 'bad' : 'busy';

export function toneOfHost(host: HostView): Tone {
  if (!host.online) return 'bad';
  return worst([
    ...host.units.map(toneOfUnit),
    ...host.problems.map((): Tone => 'warn'),
    host.converged ? 'good' : 'rest',
  ]);
}

export const worst = (tones: readonly Tone[]): Tone =>
  TONES[Math.max(0, ...tones.map((tone) => TONES.indexOf(tone)))] as Tone;

export function judge(fleet: Fleet): Verdict {
  const units = fleet.hosts.flatMap((host) => host.units.map((unit) => ({ host, unit })));
  const reasons = [...reasonsOfFleet(fleet), ...fleet.hosts.flatMap(reasonsOfHost), ...reasonsOfTargets(fleet)].sort(
    (a, b) => TONES.indexOf(b.tone) - TONES.indexOf(a.tone),
  );
  const unsettled = fleet.hosts.some((host) => !host.converged);
  return {
    tone: worst([...reasons.map((reason) => reason.tone), unsettled ? 'busy' : 'good', units.length ? 'good' : 'rest']),
    headline: headlineOf(fleet),
    reasons,
    figures: [
      figure('Hosts', fleet.hosts, (host) => (host.online ? 'good' : 'bad')),
      figure('Units', units, ({ host, unit }) => (host.online ? toneOfUnit(unit) : 'bad')),
      figure('Targets', tonesOfTargets(fleet.targets), (tone) => tone),
    ],
  };
}

function figure<T>(name: string, all: readonly T[], toneOf: (one: T) => Tone): Verdict['figures'][number] {
  const tones = all.map(toneOf);
  const well = tones.filter((tone) => tone === 'good' || tone === 'warn').length;
  return { name, value: all.length ? `${well}/${all.length}` : '0', tone: all.length ? worst(tones) : 'rest' };
}

function headlineOf({ held, fleet, hosts, targets }: Fleet): string {
  if (hosts.length === 0) return 'No host has joined yet';
  const units = hosts.flatMap((host) => host.units);
  if (held) return 'The controller holds back until someone applies the fleet';
  if (units.length === 0) {
    const joined = `${count(hosts.length, 'host')} ${hosts.length === 1 ? 'has' : 'have'} joined`;
    return `${joined}; ${fleet ? 'the fleet puts nothing on them' : 'no fleet has been applied yet'}`;
  }
  const parts = [partOfHosts(hosts), partOfUnits(hosts), partOfTargets(tonesOfTargets(targets))];
  const whole = parts.filter((part) => part !== '').join('; ');
  return whole.charAt(0).toUpperCase() + whole.slice(1);
}

function partOfHosts(hosts: readonly HostView[]): string {
  const lost = hosts.filter((host) => !host.online).length;
  if (lost === 0) return '';
  if (hosts.length === 1) return 'the only host is out of reach';
  return `${lost} of ${hosts.length} hosts ${lost === 1 ? 'is' : 'are'} out of reach`;
}

/** Counts only what is known now: the units of a host out of reach are spoken of by their host. */
function partOfUnits(all: readonly HostView[]): string {
  const hosts = all.filter((host) => host.online);
  const units = hosts.flatMap((host) => host.units);
  if (units.length === 0) return '';
  const having = (...tones: Tone[]) => units.filter((unit) => tones.includes(toneOfUnit(unit))).length;
  const [ready, bad, busy, rest] = [having('good', 'warn'), having('bad'), having('busy'), having('rest')];
  if (ready === units.length) return allReady(units.length, hosts.length, all.length);
  if (bad > 0) return `${bad} of ${count(units.length, 'unit')} ${bad === 1 ? 'is' : 'are'} in trouble`;
  const others = [
    busy ? `${busy} on ${busy === 1 ? 'its' : 'their'} way` : '',
    rest ? `${rest} stopped on purpose` : '',
  ].filter((part) => part !== '');
  return `${ready} of ${count(units.length, 'unit')} ready, ${others.join(', ')}`;
}

function allReady(units: number, hosts: number, hostsInAll: number): string {
  if (hosts < hostsInAll) return `${count(units, 'unit')} elsewhere ${units === 1 ? 'is' : 'are'} ready`;
  if (units === 1) return 'the one unit is ready';
  return `all ${units} units on ${count(hosts, 'host')} are ready`;
}

function partOfTargets(targets: readonly Tone[]): string {
  if (targets.length === 0) return '';
  const having = (tone: Tone) => targets.filter((one) => one === tone).length;
  const [up, down, unknown] = [having('good'), having('bad'), having('busy')];
  const all = count(targets.length, 'target');
  if (down > 0) return `${down} of ${all} ${down === 1 ? 'is' : 'are'} down`;
  return `${up} of ${all} up${unknown > 0 ? `, ${unknown} not scraped yet` : ''}`;
}

/** One target counts once, however many Prometheis scrape it, and as the one that fares worst with it sees it. */
function tonesOfTargets(seen: readonly TargetsSeen[]): Tone[] {
  const tones = new Map<string, Tone>();
  for (const target of seen.flatMap((one) => one.targets)) {
    const key = `${target.job} ${target.instance} ${target.url}`;
    tones.set(key, worst([tones.get(key) ?? 'good', toneOfTarget(target)]));
  }
  return [...tones.values()];
}

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
  return [...problems, ...host.units.flatMap((unit) => reasonOfUnit(host, unit) ?? [])];
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
  return unit.message || STATE_TEXT[unit.state];
}

function reasonOfUnit(host: HostView, unit: UnitView): Reason | undefined {
  const tone = toneOfUnit(unit);
  const where = `${unit.name}@${host.name}`;
  if (tone === 'good') return undefined;
  if (tone === 'warn') return blame(tone, where, `Changed by hand: ${unit.drift}`);
  return { tone, where, text: explainUnit(unit), command: commandFor(tone, unit, host) };
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
