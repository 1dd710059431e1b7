import type { Artifact } from '../catalogue/component.ts';

/** The top directory of a release archive and, with `.tar.gz`, the archive's own name. */
export const directoryName = (artifact: Artifact, version: string, arch: string): string =>
  `${artifact.archive}-${version}.linux-${arch}`;

export const archiveName = (artifact: Artifact, version: string, arch: string): string =>
  `${directoryName(artifact, version, arch)}.tar.gz`;

/** Where a project keeps the files of one version, below GitHub or below a mirror that is a copied tree of it. */
export const releasePath = (artifact: Artifact, version: string): string =>
  `${artifact.repository}/releases/download/v${version}`;

/** What GitHub does not have and a mirror may: one version in a line. */
export const versionsPath = (artifact: Artifact): string => `${artifact.repository}/versions.txt`;
