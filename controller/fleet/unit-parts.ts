import { basename } from 'node:path/posix';
import { CATALOGUE } from '../catalogue/catalogue.ts';
import type { Component } from '../catalogue/component.ts';
import { customComponent } from '../catalogue/custom.ts';
import { thanosParts } from '../catalogue/thanos.ts';
import { THANOS_PARTS } from './kinds/thanos.ts';
import type { UnitKeys } from './kinds/unit.ts';
import type { Place } from './place.ts';
import { type Fleet, keyPlaceIn, ofKind, placeIn, type Resource, titleOf, treeIn } from './resource.ts';
import type { Path, Tree } from './tree.ts';

export const UNIT_KINDS = ['Exporter', 'Prometheus', 'Alertmanager', 'Thanos'] as const;
export type UnitKind = (typeof UNIT_KINDS)[number];

/** What of a resource becomes units: all are of one component, and share the keys that say where and how. */
export interface UnitPart<K extends UnitKind = UnitKind> {
  readonly resource: Resource<K>;
  readonly component: Component;
  readonly settings: UnitKeys;
  /** Where in its document those keys stand. */
  readonly path: Path;
  /** For people. */
  readonly title: string;
  /** It runs where that one does, and nowhere else. */
  readonly beside?: Resource;
}

/** The resources that become units. */
export const unitResources = (fleet: Fleet): Resource<UnitKind>[] =>
  UNIT_KINDS.flatMap((kind): readonly Resource<UnitKind>[] => ofKind(fleet, kind));

export const unitParts = (fleet: Fleet): UnitPart[] => [
  ...unitResources(fleet).flatMap(partsOf),
  ...ofKind(fleet, 'Prometheus').flatMap((prometheus) => sidecarOf(fleet, prometheus)),
];

/** A sidecar is of the Thanos that it is a part of, with that one's version. */
function sidecarOf(fleet: Fleet, prometheus: Resource<'Prometheus'>): UnitPart[] {
  const { sidecar } = prometheus.settings.thanos ?? {};
  const whole = ofKind(fleet, 'Thanos').find(({ name }) => name === sidecar);
  if (!whole) return [];
  const { name, version } = whole.settings;
  const title = `${titleOf(whole)} (sidecar of ${prometheus.name})`;
  return [
    {
      resource: whole,
      component: thanosParts.sidecar,
      settings: { name, version },
      path: [],
      title,
      beside: prometheus,
    },
  ];
}

function partsOfThanos(resource: Resource<'Thanos'>): UnitPart[] {
  const { name, version } = resource.settings;
  return THANOS_PARTS.flatMap((part): UnitPart[] => {
    const own = resource.settings[part];
    if (!own) return [];
    const title = `${titleOf(resource)} (${part})`;
    return [{ resource, component: thanosParts[part], settings: { ...own, name, version }, path: [part], title }];
  });
}

/** None when its component is unknown: that is said where it is written. */
export function partsOf(resource: Resource<UnitKind>): UnitPart[] {
  if (resource.kind === 'Thanos') return partsOfThanos(resource as unknown as Resource<'Thanos'>);
  const component = componentOf(resource);
  if (!component) return [];
  return [{ resource, component, settings: resource.settings, path: [], title: titleOf(resource) }];
}

function componentOf(resource: Resource<UnitKind>): Component | undefined {
  if (resource.kind !== 'Exporter') return CATALOGUE.get(resource.kind.toLowerCase());
  const { settings } = resource as Resource<'Exporter'>;
  const { custom, name, version, port, config } = settings;
  if (!custom || settings.component !== undefined) return CATALOGUE.get(settings.component ?? '');
  if (version === undefined || port === undefined) return undefined;
  const readyPath = custom.ready?.http ?? '/metrics';
  const file = config === undefined ? undefined : basename(config);
  return customComponent({ name, version, port, run: custom.run, readyPath, file, ...custom.artifact });
}

export const placeOf = ({ resource, path }: UnitPart, ...key: Path): Place => placeIn(resource, ...path, ...key);

export const keyPlaceOf = ({ resource, path }: UnitPart, ...key: Path): Place => keyPlaceIn(resource, ...path, ...key);

export const treeOf = ({ resource, path }: UnitPart, ...key: Path): Tree | undefined =>
  treeIn(resource, ...path, ...key);
