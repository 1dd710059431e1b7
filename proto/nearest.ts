/** The known word that was most likely meant, if any is near enough to be worth saying. */
export function nearestWord(word: string, known: Iterable<string>): string | undefined {
  const limit = Math.max(1, Math.floor(word.length / 3));
  let best: { word: string; distance: number } | undefined;
  for (const candidate of known) {
    // `web.config` became `web.config.file`: the beginning of a longer name is near, however long the rest.
    const begins = word.length > 2 && /^[._-]/.test(candidate.slice(word.length)) && candidate.startsWith(word);
    const distance = begins ? limit : editDistance(plain(word), plain(candidate));
    if (distance <= limit && (!best || distance < best.distance)) best = { word: candidate, distance };
  }
  return best?.word;
}

/** As a hint: undefined when nothing is near. */
export function didYouMean(word: string, known: Iterable<string>): string | undefined {
  const near = nearestWord(word, known);
  return near === undefined ? undefined : `did you mean \`${near}\`?`;
}

// `externalLabels`, `external-labels` and `external_labels` are the same mistake.
const plain = (word: string): string => word.toLowerCase().replaceAll(/[-_. ]/g, '');

/** Insertions, deletions, replacements and swaps of neighbours, each counted once. */
export function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let cost = Math.min(change, (last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) cost = Math.min(cost, (before[j - 2] ?? 0) + 1);
      row.push(cost);
    }
    before = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
