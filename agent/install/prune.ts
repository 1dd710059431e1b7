/**
 * Which releases may go: those that neither this spec nor the one before it uses, so that going back needs no download.
 * @returns the names of their directories.
 */
export function surplusReleases(
  installed: ReadonlyMap<string, string>,
  wanted: ReadonlySet<string>,
  previous: ReadonlySet<string>,
  running: ReadonlySet<string>,
): string[] {
  return [...installed]
    .filter(([, sha256]) => !wanted.has(sha256) && !previous.has(sha256) && !running.has(sha256))
    .map(([name]) => name);
}
