const PARTS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const;

/** For a glance, so one part only: `40s`, `3m`, `2h`, `12d`. */
export function shortDuration(ms: number): string {
  const [name, size] = PARTS.find(([, size]) => ms >= size) ?? ['s', 1_000];
  return `${Math.floor(Math.max(0, ms) / size)}${name}`;
}

/** A clock that is a little ahead of ours is still "just now". */
export const ago = (atMs: number, nowMs: number): string =>
  nowMs - atMs < 2_000 ? 'just now' : `${shortDuration(nowMs - atMs)} ago`;

/** `90s`, `15m`, `1h`, `1h30m`, `7d` in milliseconds; undefined when it is none of these. */
export function readDuration(text: string): number | undefined {
  if (!/^(\d+[dhms])+$/.test(text)) return undefined;
  const sizes = new Map<string, number>(PARTS);
  return [...text.matchAll(/(\d+)([dhms])/g)].reduce(
    (sum, [, n, part]) => sum + Number(n) * (sizes.get(part ?? '') ?? 0),
    0,
  );
}

/** Decimal, as downloads are sold: `12.4 MB`. */
export function bytes(n: number): string {
  const [size, unit] = (
    [
      [1e9, 'GB'],
      [1e6, 'MB'],
      [1e3, 'kB'],
    ] as const
  ).find(([size]) => n >= size) ?? [1, 'B'];
  const value = n / size;
  return `${unit === 'B' || value >= 100 ? Math.round(value) : value.toFixed(1)} ${unit}`;
}

/** `2026-11-22 20:07:36`, in the zone of whoever reads it. */
export function moment(ms: number): string {
  const at = new Date(ms);
  const two = (n: number) => String(n).padStart(2, '0');
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

/** `1 unit`, `2 units`. */
export const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`;

/** `once`, `5 times`. */
export const times = (n: number): string => (n === 1 ? 'once' : `${n} times`);

export const showLabels = (labels: Readonly<Record<string, string>>): string =>
  Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
