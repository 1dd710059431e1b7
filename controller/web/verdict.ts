import { headlineOf } from './headline.ts';
import { type Reason, reasonsOf } from './reasons.ts';
import { type Fleet, type Tone, toneOfUnit, tonesOfTargets, worst } from './tone.ts';

export interface Verdict {
  readonly tone: Tone;
  readonly headline: string;
  readonly reasons: readonly Reason[];
  readonly figures: readonly { readonly name: string; readonly value: string; readonly tone: Tone }[];
}

export function judge(fleet: Fleet): Verdict {
  const units = fleet.hosts.flatMap((host) => host.units.map((unit) => ({ host, unit })));
  const reasons = reasonsOf(fleet);
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
