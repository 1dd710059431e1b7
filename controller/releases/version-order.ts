interface Parts {
  readonly numbers: readonly number[];
  readonly pre: readonly string[];
}

/** Build metadata (`+ds1`) never counts, as in semantic versioning. */
function partsOf(version: string): Parts {
  const [core = '', ...pre] = (version.split('+', 1)[0] ?? '').split('-');
  return { numbers: core.split('.').map((part) => Number.parseInt(part, 10) || 0), pre: pre.join('-').split('.') };
}

/** Release candidates, betas and snapshots: never chosen unless they are asked for. */
export const isPrerelease = (version: string): boolean => !/^\d+(?:\.\d+)*(?:\+.*)?$/.test(version);

/** Negative when `a` is older. By number, never by date: a 2.53.5 appears after a 3.4.0. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [partsOf(a), partsOf(b)];
  for (let i = 0; i < Math.max(left.numbers.length, right.numbers.length); i++) {
    const difference = (left.numbers[i] ?? 0) - (right.numbers[i] ?? 0);
    if (difference !== 0) return difference;
  }
  if (isPrerelease(a) !== isPrerelease(b)) return isPrerelease(a) ? -1 : 1;
  for (let i = 0; i < Math.max(left.pre.length, right.pre.length); i++) {
    const difference = compareWords(left.pre[i] ?? '', right.pre[i] ?? '');
    if (difference !== 0) return difference;
  }
  return 0;
}

function compareWords(a: string, b: string): number {
  const bothNumbers = /^\d+$/.test(a) && /^\d+$/.test(b);
  if (bothNumbers) return Number(a) - Number(b);
  return a === b ? 0 : a < b ? -1 : 1;
}
