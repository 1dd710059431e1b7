/** So much at once, and so much every second after that. By a clock that nobody sets, in milliseconds. */
export class Allowance {
  readonly #burst: number;
  readonly #perSecond: number;
  #left: number;
  #at: number;

  constructor(burst: number, perSecond: number, at: number) {
    this.#burst = burst;
    this.#perSecond = perSecond;
    this.#left = burst;
    this.#at = at;
  }

  /** Taken whether or not it is there. @returns how many milliseconds to wait until it would have been. */
  owe(cost: number, at: number): number {
    this.#refill(at);
    this.#left -= cost;
    return this.#left >= 0 ? 0 : (-this.#left / this.#perSecond) * 1_000;
  }

  /** False when there is none left; then nothing is taken. */
  take(at: number): boolean {
    if (!this.has(at)) return false;
    this.#left -= 1;
    return true;
  }

  has(at: number): boolean {
    this.#refill(at);
    return this.#left >= 1;
  }

  #refill(at: number): void {
    this.#left = Math.min(this.#burst, this.#left + (Math.max(0, at - this.#at) / 1_000) * this.#perSecond);
    this.#at = at;
  }
}

/** One allowance for each of many, the longest known forgotten first. */
export class Allowances {
  readonly #make: (at: number) => Allowance;
  readonly #most: number;
  readonly #known = new Map<string, Allowance>();

  constructor(burst: number, perSecond: number, most: number) {
    this.#make = (at) => new Allowance(burst, perSecond, at);
    this.#most = most;
  }

  of(name: string, at: number): Allowance {
    const known = this.#known.get(name);
    if (known) return known;
    const [oldest] = this.#known.keys();
    if (this.#known.size >= this.#most && oldest !== undefined) this.#known.delete(oldest);
    const made = this.#make(at);
    this.#known.set(name, made);
    return made;
  }
}
