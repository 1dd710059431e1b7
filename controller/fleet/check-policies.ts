import type { Finding } from '../../proto/fault.ts';
import { finding } from './place.ts';
import { type Fleet, keyPlaceIn, ofKind, placeIn, type Resource, treeIn } from './resource.ts';
import { keyPlaceOf, placeOf, treeOf, unitParts } from './unit-parts.ts';

/** What can be written, and this version can't do: better refused than believed. */
export function checkPolicies(fleet: Fleet): Finding[] {
  const firewalls = unitParts(fleet).filter((part) => part.settings.firewall === 'managed');
  return [
    ...firewalls.map((part) =>
      finding(
        placeOf(part, 'firewall'),
        '`firewall: managed` can’t be had: this version of promfleet opens and closes nothing on a host',
        'write `firewall: none`, and open its ports to those that scrape it by the means that the host has',
      ),
    ),
    ...ofKind(fleet, 'Prometheus').flatMap(checkBackup),
  ];
}

function checkBackup(resource: Resource<'Prometheus'>): Finding[] {
  if (!treeIn(resource, 'backup')) return [];
  const message =
    '`backup` can’t be had: a snapshot of a running Prometheus needs its admin API, which anyone who reaches the port could then delete its data with';
  const hint =
    'leave it out; stop one replica and copy its data directory, or run a Thanos sidecar, which uploads every two hours';
  return [finding(keyPlaceIn(resource, 'backup'), message, hint)];
}

/** A policy that is written and not followed is told of, wherever it is written. */
export function noteRollouts(fleet: Fleet): Finding[] {
  const message =
    '`rollout` is read and checked, and not followed: an apply of this version changes every host at once';
  const hint = 'apply to a part of the hosts first, with `hosts:`, where that is too much';
  const fleets = ofKind(fleet, 'Fleet').filter((one) => treeIn(one, 'rollout'));
  const parts = unitParts(fleet).filter((part) => treeOf(part, 'rollout'));
  return [
    ...fleets.map((one) => finding(keyPlaceIn(one, 'rollout'), message, hint)),
    ...parts.map((part) => finding(keyPlaceOf(part, 'rollout'), message, hint)),
  ];
}

const LINE = /^(?:sha256:)?([0-9a-f]{64})(?:\s+\S.*)?$/;

export interface Pins {
  /** Undefined: any release may be used. */
  readonly digests: ReadonlySet<string> | undefined;
  readonly file: string;
  readonly findings: readonly Finding[];
}

/** `artifacts.pin`: the digests that an operator accepts, one in a line, as `sha256sum` writes them. */
export function readPins(fleet: Fleet): Pins {
  const [settings] = ofKind(fleet, 'Fleet');
  const named = settings?.settings.artifacts?.pin;
  if (!settings || named === undefined) return { digests: undefined, file: '', findings: [] };
  const file = [...fleet.files.values()].find(({ folder, path }) => folder === settings.folder && path === named);
  if (!file) {
    const message = `no file of the folder is named \`${named}\``;
    return {
      digests: undefined,
      file: named,
      findings: [finding(placeIn(settings, 'artifacts', 'pin'), message, 'paths are relative to the folder')],
    };
  }
  const digests = new Set<string>();
  const findings: Finding[] = [];
  for (const [index, line] of Buffer.from(file.content).toString('utf8').split(/\r?\n/).entries()) {
    if (/^\s*(#.*)?$/.test(line)) continue;
    const digest = LINE.exec(line.trim())?.[1];
    if (digest !== undefined) digests.add(digest);
    else
      findings.push(
        finding(
          { file: file.shown, line: index + 1, column: 1 },
          `${JSON.stringify(line.slice(0, 80))} is no digest`,
          'a line is a sha256, 64 hexadecimal digits, and what it is of',
        ),
      );
  }
  return { digests, file: file.shown, findings };
}
