import type { Finding } from '../../proto/fault.ts';
import { didYouMean, nearestWord } from '../../proto/nearest.ts';
import { CATALOGUE } from '../catalogue/catalogue.ts';
import type { Component } from '../catalogue/component.ts';
import { SCRAPE_KEYS } from '../catalogue/prometheus-keys.ts';
import { checkCustom } from './check-custom.ts';
import { checkMemory } from './check-memory.ts';
import { checkPolicies, readPins } from './check-policies.ts';
import { checkProbes } from './check-probes.ts';
import { checkThanos } from './check-thanos.ts';
import type { Kind } from './kinds/kinds.ts';
import { A_JOB } from './kinds/prometheus.ts';
import { finding } from './place.ts';
import type { Declared } from './read-fleet.ts';
import { checkScripts } from './render-scripts.ts';
import { type Fleet, keyPlaceIn, ofKind, placeIn, type Resource, titleOf, treeIn } from './resource.ts';
import { ENTRY_KEYS, type EntryKey } from './scrape-entry.ts';
import { checkSlos } from './slo/check-slos.ts';
import { child, textOf } from './tree.ts';
import { unitParts } from './unit-parts.ts';

/** Names that lead nowhere. */
export function checkReferences(fleet: Fleet, declared: readonly Declared[]): Finding[] {
  return [
    ...ofKind(fleet, 'Exporter').flatMap((resource) => [
      ...checkComponent(resource),
      ...checkCustom(resource),
      ...checkScripts(resource),
      ...checkTarget(resource),
    ]),
    ...ofKind(fleet, 'Prometheus').flatMap((resource) => [
      ...checkJobs(resource, declared),
      ...checkAlertmanagers(resource, declared),
    ]),
    ...ofKind(fleet, 'Probe').flatMap((probe) => checkName(probe, ['through'], 'Exporter', declared)),
    ...checkProbes(fleet),
    ...ofKind(fleet, 'SLO').flatMap((slo) => checkName(slo, ['prometheus'], 'Prometheus', declared)),
    ...checkSlos(fleet),
    ...checkPolicies(fleet),
    ...ofKind(fleet, 'Prometheus').flatMap((one) =>
      one.settings.thanos ? checkName(one, ['thanos', 'sidecar'], 'Thanos', declared) : [],
    ),
    ...checkThanos(fleet),
    ...readPins(fleet).findings,
    ...fleet.resources.flatMap(checkSelector),
    ...unitParts(fleet).flatMap(checkMemory),
  ];
}

function checkComponent(resource: Resource<'Exporter'>): Finding[] {
  const { component: name, custom } = resource.settings;
  const place = placeIn(resource, 'component');
  if (name === undefined) {
    if (custom) return [];
    const expected = 'Exporter needs `component`: the name of a component, such as node_exporter';
    return [finding(resource.tree.place, expected, 'or `custom:`, for a program of your own')];
  }
  const component = CATALOGUE.get(name);
  if (component?.kind === 'Exporter') return checkConfig(resource, component);
  if (component) {
    const article = component.kind === 'Alertmanager' ? 'an' : 'a';
    return [finding(place, `${article} ${component.kind} is no Exporter`, `write \`kind: ${component.kind}\``)];
  }
  const known = [...CATALOGUE.values()].filter(({ kind }) => kind === 'Exporter').map((one) => one.name);
  return [
    finding(place, `there is no component \`${name}\``, didYouMean(name, known) ?? `there is ${known.join(', ')}`),
  ];
}

function checkConfig(resource: Resource<'Exporter'>, { name, config }: Component): Finding[] {
  if (config || resource.settings.config === undefined) return [];
  return [finding(keyPlaceIn(resource, 'config'), `${name} reads no configuration`, 'write `flags:`')];
}

function checkAlertmanagers(resource: Resource<'Prometheus'>, declared: readonly Declared[]): Finding[] {
  return (resource.settings.alertmanagers ?? []).flatMap((_, index) =>
    checkName(resource, ['alertmanagers', index], 'Alertmanager', declared),
  );
}

const OUR_TARGET_KEYS = ['labels', 'host_labels'];

/** A key of ours, misspelt, would go to promtool, which can only say that it is none of its own. */
function checkTarget(resource: Resource<'Exporter'>): Finding[] {
  const target = treeIn(resource, 'target');
  const keys = target?.kind === 'map' ? target.entries : [];
  return keys.flatMap(({ key, keyPlace }) => {
    if (OUR_TARGET_KEYS.includes(key) || SCRAPE_KEYS.includes(key)) return [];
    const near = nearestWord(key, [...OUR_TARGET_KEYS, ...SCRAPE_KEYS]);
    return near !== undefined && OUR_TARGET_KEYS.includes(near)
      ? [finding(keyPlace, `\`target\` of Exporter has no key \`${key}\``, `did you mean \`${near}\`?`)]
      : [];
  });
}

function checkJobs(resource: Resource<'Prometheus'>, declared: readonly Declared[]): Finding[] {
  return (resource.settings.scrape_configs ?? []).flatMap((entry, index) => {
    const path = ['scrape_configs', index];
    const keys = (Object.keys(ENTRY_KEYS) as EntryKey[]).filter((key) => key in entry);
    if (keys.length > 1) {
      const named = keys.map((one) => `\`${one}\``).join(' and ');
      return [finding(placeIn(resource, ...path), `one entry names one thing to scrape, not ${named}`)];
    }
    const key = keys[0];
    if (key === 'federate') return checkFederation(resource, index, declared);
    if (key) return checkName(resource, [...path, key], ENTRY_KEYS[key], declared);
    if ('job_name' in entry) return [];
    const hint = didYouMean(Object.keys(entry)[0] ?? '', [...Object.keys(ENTRY_KEYS), 'job_name']);
    const expected = `it needs ${A_JOB}, which has a \`job_name\``;
    return [finding(placeIn(resource, ...path), `this scrape config scrapes nothing: ${expected}`, hint)];
  });
}

function checkFederation(resource: Resource<'Prometheus'>, index: number, declared: readonly Declared[]): Finding[] {
  const { from = [] } = resource.settings.scrape_configs?.[index]?.federate ?? {};
  return from.flatMap((name, at) => {
    const path = ['scrape_configs', index, 'federate', 'from', at];
    if (name !== resource.name) return checkName(resource, path, 'Prometheus', declared);
    return [finding(placeIn(resource, ...path), `${titleOf(resource)} would federate from itself`, 'leave it out')];
  });
}

function checkName(
  resource: Resource,
  path: readonly (string | number)[],
  kind: Kind,
  declared: readonly Declared[],
): Finding[] {
  const name = textOf(treeIn(resource, ...path));
  const known = declared.filter((one) => one.kind === kind).map((one) => one.name);
  if (name !== undefined && known.includes(name)) return [];
  const others = known.length > 0 ? `there is ${known.join(', ')}` : `the fleet has no ${kind}`;
  return [
    finding(
      placeIn(resource, ...path),
      `there is no ${kind} \`${name ?? ''}\``,
      didYouMean(name ?? '', known) ?? others,
    ),
  ];
}

/** What an agent says of its own host can't decide what that host is trusted with. */
function checkSelector(resource: Resource): Finding[] {
  const hosts = treeIn(resource, 'hosts');
  return [child(hosts, 'labels'), child(child(hosts, 'not'), 'labels')].flatMap((labels) =>
    labels?.kind === 'map'
      ? labels.entries
          .filter((entry) => entry.key.startsWith('self.'))
          .map((entry) =>
            finding(
              entry.keyPlace,
              `\`${entry.key}\` can't select hosts: labels under \`self.\` are what a host says of itself`,
              'give the host a label in its `kind: Host`, with `promfleet host label`, or in its join token',
            ),
          )
      : [],
  );
}
