/**
 * The upstream version inside a Debian one: without epoch, revision and what says how the source was repacked.
 * `2.42.0+ds-5+b5` → `2.42.0`, `1:3.0.0~rc.1+ds-1` → `3.0.0-rc.1`.
 */
export function upstreamVersion(debianVersion: string): string {
  const withoutEpoch = debianVersion.replace(/^\d+:/, '');
  const withoutRevision = withoutEpoch.replace(/-[^-]*$/, '');
  const meant = withoutRevision.replace(/^.*\+really/, '');
  return meant
    .replace(/[+~](?:ds|dfsg|git|repack)[^+~]*/g, '')
    .replace(/\+.*$/, '')
    .replaceAll('~', '-');
}

/** Which of Debian's builds: a binary package may be rebuilt (`+b5`) from an unchanged source. */
export const debianBuild = (debianVersion: string): string => `debian ${debianVersion}`;
