import { HASHRING, OBJECT_STORE } from '../catalogue/thanos.ts';
import { nativeConfig } from './native-config.ts';
import type { PlacedUnit } from './place-units.ts';
import type { Rendered } from './render.ts';
import { NO_TESTS } from './render-tests.ts';
import { type Fleet, placeIn, type Resource } from './resource.ts';
import { ShippedFiles } from './shipped-files.ts';
import { map } from './tree.ts';

/** The files of one part of a Thanos. */
export function renderThanos(fleet: Fleet, unit: PlacedUnit): Rendered {
  const resource = unit.resource as unknown as Resource<'Thanos'>;
  const shipped = new ShippedFiles(fleet, resource.folder);
  const { object_store: store, rule } = resource.settings;
  let config = map({}, resource.tree.place);
  let places: Rendered['places'] = new Map();
  if (unit.links['object_store'] && store !== undefined) {
    config = nativeConfig(fleet, { ...unit, named: store }, { file: OBJECT_STORE, standard: undefined }, shipped);
    places = shipped.addYaml(OBJECT_STORE, config).places;
  }
  if (unit.component.name === 'thanos-rule') {
    for (const [index, pattern] of (rule?.rules ?? []).entries()) {
      const place = placeIn(resource, 'rule', 'rules', index);
      for (const path of shipped.find(pattern, '.', place)) shipped.ship(path, 'rules', false, place);
    }
  }
  if (unit.links['ring']) {
    const ring = [{ endpoints: unit.links['ring'] }];
    shipped.add(HASHRING, Buffer.from(`${JSON.stringify(ring, null, 2)}\n`), true);
  }
  return {
    main: OBJECT_STORE,
    files: shipped.all,
    config,
    places,
    origins: shipped.origins,
    scrapes: false,
    capabilities: [],
    tests: NO_TESTS,
    secrets: shipped.secrets,
    findings: shipped.findings,
    notes: [],
  };
}
