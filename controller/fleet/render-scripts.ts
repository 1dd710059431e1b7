import type { Finding } from '../../proto/fault.ts';
import type { Script } from '../../proto/spec.ts';
import { finding, showPlace } from './place.ts';
import type { PlacedUnit } from './place-units.ts';
import type { Rendered } from './render.ts';
import { NO_TESTS } from './render-tests.ts';
import { type Fleet, fileOf, keyPlaceIn, placeIn, type Resource } from './resource.ts';
import { ShippedFiles } from './shipped-files.ts';
import { minutesOf } from './slo/burn-rates.ts';
import { map } from './tree.ts';

/** Where they lie in the unit's configuration; watched by nobody, written in place, so that a change of one restarts nothing. */
const TOP = 'scripts';
/** In the directory of the textfile collector: metrics of how the scripts go. */
const STATUS = 'promfleet_scripts.prom';
const DEFAULT_TIMEOUT_S = 30;

const secondsOf = (duration: string): number => Math.round(minutesOf(duration) * 60);

/** What an agent has to run for the textfile collector of a node_exporter. */
export function scriptsOf({ settings }: Resource<'Exporter'>): Script[] {
  return (settings.textfile_scripts ?? []).map(({ name, every, timeout, run }) => {
    const everySeconds = secondsOf(every);
    const timeoutSeconds = timeout === undefined ? Math.min(everySeconds, DEFAULT_TIMEOUT_S) : secondsOf(timeout);
    return { name, file: pathOnHost(run), everySeconds, timeoutSeconds, output: `${name}.prom`, status: STATUS };
  });
}

const pathOnHost = (run: string): string => (run.startsWith(`${TOP}/`) ? run : `${TOP}/${run}`);

/** The files of the scripts; undefined where there are none. */
export function renderScripts(fleet: Fleet, { resource }: PlacedUnit<'Exporter'>): Rendered | undefined {
  const { textfile_scripts: scripts } = resource.settings;
  if (!scripts) return undefined;
  const shipped = new ShippedFiles(fleet, resource.folder);
  const findings: Finding[] = [];
  for (const [index, { run }] of scripts.entries()) {
    const place = placeIn(resource, 'textfile_scripts', index, 'run');
    const [path] = shipped.find(run, '.', place);
    if (path === undefined) continue;
    shipped.ship(path, TOP, true, place);
    const start = Buffer.from(fileOf(fleet, resource.folder, path)?.content ?? []).toString('utf8');
    if (/^#! *\/\S+/.test(start)) continue;
    const message = `\`${path}\` does not begin with the path of a program that runs it`;
    findings.push(finding(place, message, 'its first line is such as `#!/bin/sh`'));
  }
  return {
    main: '',
    files: shipped.all,
    config: map({}, resource.tree.place),
    places: new Map(),
    origins: shipped.origins,
    scrapes: false,
    capabilities: [],
    tests: NO_TESTS,
    secrets: shipped.secrets,
    findings: [...shipped.findings, ...findings],
    notes: [],
  };
}

/** What is wrong with scripts whatever is in them. */
export function checkScripts(resource: Resource<'Exporter'>): Finding[] {
  const { textfile_scripts: scripts = [], component } = resource.settings;
  if (scripts.length > 0 && component !== 'node_exporter') {
    const message = `only a node_exporter collects what scripts print, not ${component ?? 'a program of one’s own'}`;
    return [
      finding(
        keyPlaceIn(resource, 'textfile_scripts'),
        message,
        'write them under an Exporter whose component is node_exporter',
      ),
    ];
  }
  return scripts.flatMap(({ name, every, timeout }, index) => {
    const at = (key: string) => placeIn(resource, 'textfile_scripts', index, key);
    const findings: Finding[] = [];
    const first = scripts.findIndex((one) => one.name === name);
    if (first < index) {
      const other = showPlace(placeIn(resource, 'textfile_scripts', first, 'name'));
      findings.push(
        finding(at('name'), `the script \`${name}\` is written twice; the other is at ${other}`, 'rename one'),
      );
    }
    if (`${name}.prom` === STATUS)
      findings.push(
        finding(at('name'), `\`${name}\` is the name of promfleet’s own metrics of the scripts`, 'rename it'),
      );
    if (secondsOf(every) < 1)
      findings.push(finding(at('every'), `\`every\` of ${every} is less than a second`, 'write `1s` or more'));
    if (timeout !== undefined && (secondsOf(timeout) < 1 || secondsOf(timeout) > secondsOf(every))) {
      findings.push(
        finding(
          at('timeout'),
          `\`timeout\` of ${timeout} must be from 1s to the ${every} of \`every\``,
          'a run that is not over when the next is due stands for it',
        ),
      );
    }
    return findings;
  });
}
