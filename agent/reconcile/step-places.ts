import type { Layout } from '../install/layout.ts';
import { type UnitStep, unitOf } from './step.ts';

/** What a step does, for people, and where it writes. */
export function placesOfStep(step: UnitStep, layout: Layout): { readonly what: string; readonly paths: string[] } {
  const unit = unitOf(step);
  switch (step.kind) {
    case 'install': {
      const { component, version } = step.wanted.unit.release;
      return { what: `install ${component} ${version}`, paths: [layout.downloads, layout.releases] };
    }
    case 'stage':
    case 'switch':
    case 'repair':
    case 'restore':
    case 'tidy':
      return { what: `write the config of ${unit}`, paths: [`${layout.etc}/${unit}`, layout.state] };
    case 'certify':
      return { what: `write the certificates of ${unit}`, paths: [`${layout.etc}/${unit}`, layout.state] };
    case 'writeLive':
      return { what: `write the targets of ${unit}`, paths: [`${layout.etc}/${unit}`, layout.state] };
    default:
      return { what: `${step.kind} ${unit}`, paths: [layout.state, `${layout.var}/${unit}`] };
  }
}
