import { basename } from 'node:path/posix';
import { CATALOGUE } from '../catalogue/catalogue.ts';
import type { Component } from '../catalogue/component.ts';
import { customComponent } from '../catalogue/custom.ts';
import type { UnitKeys } from './kinds/unit.ts';
import type { Place } from './place.ts';
import { type Fleet, keyPlaceIn, ofKind, placeIn, type Resource, titleOf, treeIn } from './resource.ts';
import type { Path, Tree } from './tree.ts';

export const UNIT_KINDS = ['Exporter', 'Prometheus', 'Alertmanager'] as const;
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
}

/** The resources that become units. */
export const unitResources = (fleet: Fleet): Resource<UnitKind>[] =>
  UNIT_KINDS.flatMap((kind): readonly Resource<UnitKind>[] => ofKind(fleet, kind));

export const unitParts = (fleet: Fleet): UnitPart[] => unitResources(fleet).flatMap(partsOf);

/** None when its component is unknown: that is said where it is written. */
export function partsOf(resource: Resource<UnitKind>): UnitPart[] {
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
