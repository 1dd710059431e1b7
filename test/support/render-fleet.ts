import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { buildInventory, type EnrolledHost } from '../../controller/fleet/inventory.ts';
import { type PlacedUnit, placeUnits } from '../../controller/fleet/place-units.ts';
import type { Rendered } from '../../controller/fleet/render.ts';
import { renderUnits } from '../../controller/fleet/render-units.ts';
import type { Fleet } from '../../controller/fleet/resource.ts';
import { type Files, readFiles, showFindings } from './fleet-folder.ts';

export interface RenderedFleet {
  readonly fleet: Fleet;
  readonly units: readonly PlacedUnit[];
  /** By `unit@host`. */
  readonly rendered: ReadonlyMap<string, Rendered>;
}

/** What a folder with nothing wrong in it becomes on these hosts. */
export function renderFleet(files: Files, hosts: readonly EnrolledHost[]): RenderedFleet {
  const { fleet, findings } = readFiles(files);
  assert.equal(showFindings(findings), '');
  const placed = placeUnits(fleet, buildInventory(fleet, hosts), [], false);
  assert.equal(showFindings(placed.findings), '');
  const rendered = [...renderUnits(fleet, placed.units)];
  return {
    fleet,
    units: placed.units,
    rendered: new Map(rendered.map(([unit, own]) => [`${unit.unit}@${unit.host.name}`, own])),
  };
}

/** Every file of a unit, or those whose paths match. */
export const contentsOf = (rendered: Rendered | undefined, which = /./): string =>
  (rendered?.files ?? [])
    .filter(({ path }) => which.test(path))
    .map(({ path, live, content }) => `==== ${path}${live ? ' (live)' : ''}\n${Buffer.from(content).toString('utf8')}`)
    .join('');

/** Run with UPDATE_GOLDEN=1 to write what is rendered now; look at the diff before it is committed. */
export function golden(name: string, text: string): void {
  const path = new URL(`../controller/fleet/golden/${name}`, import.meta.url);
  if (process.env['UPDATE_GOLDEN']) writeFileSync(path, text);
  assert.equal(text, readFileSync(path, 'utf8'));
}
