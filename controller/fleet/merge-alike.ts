/** The replicas of a pair change alike: one line for both. `nameOf`: `unit@host`, in which only the host may differ. */
export function mergeAlike<T>(
  changes: readonly T[],
  nameOf: (one: T) => string,
  named: (one: T, name: string) => T,
): T[] {
  const merged = new Map<string, T>();
  for (const change of changes) {
    const alike = JSON.stringify(named(change, nameOf(change).split('@')[0] ?? ''));
    const first = merged.get(alike);
    merged.set(alike, first ? named(first, `${nameOf(first)}, ${nameOf(change)}`) : change);
  }
  return [...merged.values()];
}
