import { count } from './format.ts';
import { type Fleet, type Tone, toneOfUnit, tonesOfTargets } from './tone.ts';
import type { HostView } from './wire.ts';

/** The fleet in one line: that all is well, or what is not. */
export function headlineOf({ held, fleet, hosts, targets }: Fleet): string {
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
  if (ready === units.length) {
    const warned = having('warn');
    const but = warned ? `, but ${warned} ${warned === 1 ? 'is' : 'are'} not as wanted` : '';
    return allReady(units.length, hosts.length, all.length) + but;
  }
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
