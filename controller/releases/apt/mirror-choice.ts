/** One line of a machine's apt sources, component main. */
export interface AptTarget {
  readonly uri: string;
  readonly suite: string;
}

const NAMES_OF_A_SUITE = ['stable', 'oldstable', 'oldoldstable', 'testing', 'unstable', 'sid'];

export const codenameIn = (osRelease: string): string => /^VERSION_CODENAME="?([\w-]+)/m.exec(osRelease)?.[1] ?? '';

/**
 * The Debian mirror among a machine's sources. Other projects publish suites of the same name (`bookworm main`), so the
 * address must look like Debian's, or the mirror must carry `-updates` beside the suite as only Debian's do.
 */
export function chooseMirror(
  targets: readonly AptTarget[],
  codename: string,
): { mirror: string; ownSuite: string; own: AptTarget[] } | undefined {
  const isOwn = ({ suite }: AptTarget): boolean => suite === codename || NAMES_OF_A_SUITE.includes(suite);
  const rank = ({ uri, suite }: AptTarget): number => {
    if (/^\w+:\/\/(?:[^/]*\.)?debian\.org\//.test(uri)) return 0;
    if (targets.some((other) => other.uri === uri && other.suite === `${suite}-updates`)) return 1;
    return /\/debian\/?$/.test(uri) ? 2 : 3;
  };
  const best = targets
    .filter((target) => isOwn(target) && rank(target) < 3)
    .sort((a, b) => rank(a) - rank(b))
    .at(0);
  if (!best) return undefined;
  const belongs = ({ uri, suite }: AptTarget): boolean =>
    (uri === best.uri && (suite === best.suite || suite === `${best.suite}-updates`)) ||
    (/debian-security\/?$/.test(uri) && suite === `${best.suite}-security`);
  const own = [...new Map(targets.filter(belongs).map((target) => [`${target.uri} ${target.suite}`, target])).values()];
  return { mirror: best.uri, ownSuite: best.suite, own };
}
