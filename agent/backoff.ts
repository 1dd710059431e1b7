/** How long to wait before the attempt after this many failed ones. `chance` in 0…1 spreads a whole fleet's returns. */
export const backoffMs = (attempt: number, chance: number, mostMs = 30_000): number =>
  Math.min(500 * 2 ** Math.min(attempt - 1, 16), mostMs) * (0.5 + chance);
