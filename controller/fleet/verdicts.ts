/** As many as an apply over a large fleet asks for. */
const MOST = 4_096;

/**
 * What the tools have lately found nothing wrong with, so that a plan and the apply after it ask once. Only agreement is remembered:
 * a refusal is asked for anew, for its words.
 */
export class Verdicts {
  readonly #passed = new Set<string>();

  /** `question`: the digest of all that the answer depends on. */
  hasPassed(question: string): boolean {
    return this.#passed.has(question);
  }

  pass(question: string): void {
    if (this.#passed.size >= MOST) this.#passed.delete(this.#passed.values().next().value as string);
    this.#passed.add(question);
  }
}
