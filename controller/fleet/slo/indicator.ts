export const WINDOW = '{window}';

/** An error that never happened has no series, and then there is nothing to divide: no errors are 0. */
export const errorsOver = (errors: string, window: string): string => `(${summed(errors, window)} or vector(0))`;

export const totalOver = (total: string, window: string): string => summed(total, window);

/** One series with no labels, whatever the indicator gives: both sides of the division must have the same. */
function summed(expression: string, window: string): string {
  const own = expression.trim().replaceAll(WINDOW, window);
  return isSum(own) ? own : `sum(${own})`;
}

/** `sum(…)` and nothing around it. */
function isSum(expression: string): boolean {
  if (!/^sum\s*\(/.test(expression)) return false;
  let depth = 0;
  let quote = '';
  for (let at = 0; at < expression.length; at++) {
    const character = expression[at] ?? '';
    if (quote !== '') {
      if (character === '\\' && quote !== '`') at++;
      else if (character === quote) quote = '';
    } else if (/["'`]/.test(character)) quote = character;
    else if (character === '(') depth++;
    else if (character === ')' && --depth === 0) return at === expression.length - 1;
  }
  return false;
}
