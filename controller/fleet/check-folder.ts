import type { Finding } from '../../proto/fault.ts';
import { NO_FACTS } from '../../proto/report.ts';
import { checkSecurity } from './check-security.ts';
import { checkFlags } from './flags.ts';
import type { InventoryHost } from './inventory.ts';
import type { FolderMember } from './layers.ts';
import { otherPortsOf } from './link-units.ts';
import { lintFleet } from './lint/lint-fleet.ts';
import { sortFindings } from './place.ts';
import type { PlacedUnit } from './place-units.ts';
import { readFleet } from './read-fleet.ts';
import { renderUnits } from './render-units.ts';
import type { Resource } from './resource.ts';
import { type UnitPart, unitParts } from './unit-parts.ts';

export interface CheckedFolder {
  readonly findings: readonly Finding[];
  /** Of our own lint: nothing is refused for these. */
  readonly notes: readonly Finding[];
  /** What was found in it: `Exporter node`, …; with no findings, this is what an apply would read. */
  readonly resources: readonly Pick<Resource, 'kind' | 'name'>[];
  /** Names of the secrets that it needs. */
  readonly secrets: readonly string[];
}

/** `check -f DIR`: everything that can be said of a folder with no controller, no hosts and no releases. */
export function checkFolder(files: readonly FolderMember[]): CheckedFolder {
  const { fleet, findings } = readFleet([{ folder: '', shownAs: '', files }]);
  const units = unitParts(fleet).map(onNoHost);
  const rendered = new Map(units.flatMap((unit) => [...renderUnits(fleet, [unit])]));
  const linted = lintFleet(fleet, rendered, units);
  return {
    findings: sortFindings([
      ...findings,
      ...units.flatMap((unit) => [...checkFlags(unit), ...checkSecurity(fleet, unit)]),
      ...[...rendered.values()].flatMap((one) => one.findings),
      ...linted.syntax.map((one) => one.finding),
      ...linted.errors,
    ]),
    notes: sortFindings(linted.notes),
    resources: fleet.resources.map(({ kind, name }) => ({ kind, name })),
    secrets: [...new Set([...rendered.values()].flatMap((one) => one.secrets.map(({ name }) => name)))].sort(),
  };
}

function onNoHost(part: UnitPart): PlacedUnit {
  const { settings, component } = part;
  const unit = settings.unit ?? component.name;
  return {
    ...part,
    host: NO_HOST,
    unit,
    port: settings.port ?? component.port,
    ordinal: 0,
    ports: otherPortsOf(part),
    links: {},
  };
}

const NO_HOST: InventoryHost = {
  name: '',
  labels: {},
  address: '',
  facts: NO_FACTS,
};
