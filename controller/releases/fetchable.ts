import type { Release } from '../../proto/spec.ts';
import { CATALOGUE } from '../catalogue/catalogue.ts';
import { choiceOf, type Fetchable } from './source.ts';

/** What is needed to have a release that is known again. One of an operator's own needs none of the catalogue. */
export function fetchableAs(release: Release & { readonly source: string }): Fetchable {
  const known = [...CATALOGUE.values()].find(({ artifact }) => artifact.archive === release.component);
  if (known) return known;
  const choice = choiceOf(release);
  const programs = choice.kind === 'url' ? [choice.program] : [];
  return {
    name: release.component,
    version: release.version,
    artifact: {
      archive: release.component,
      repository: '',
      checksums: '',
      debianPackage: '',
      debianFiles: [],
      programs,
    },
  };
}
