import { didYouMean } from '../../../proto/nearest.ts';
import type { SyntaxFault } from './parse.ts';

const words = (text: string): string[] => text.trim().split(/\s+/);

const FUNCTIONS: ReadonlySet<string> = new Set(
  words(`
    args externalURL first graphLink humanize humanize1024 humanizeDuration humanizePercentage humanizeTimestamp label match now
    parseDuration pathPrefix query reReplaceAll safeHtml sortByLabel stripDomain stripPort strvalue tableLink title toDuration toLower
    toTime toUpper tmpl urlQueryEscape value
    and call eq ge gt html index js le len lt ne not or print printf println slice urlquery
  `),
);
const KEYWORDS: ReadonlySet<string> = new Set(
  words('block break continue define else end false if nil range template true with'),
);

/** The first function in a label's or annotation's template that Prometheus does not have. */
export function templateFault(text: string): SyntaxFault | undefined {
  for (const { 0: action, index: start } of text.matchAll(/\{\{[\s\S]*?\}\}/g)) {
    // Of the same length, so that every position stays.
    const code = action.replaceAll(/"(?:[^"\\]|\\.)*"|`[^`]*`|\/\*[\s\S]*?\*\//g, (quoted) =>
      ' '.repeat(quoted.length),
    );
    for (const { 0: word, index } of code.matchAll(/(?<![.$\w])[A-Za-z_]\w*/g)) {
      if (FUNCTIONS.has(word) || KEYWORDS.has(word)) continue;
      const hint =
        didYouMean(word, FUNCTIONS) ??
        (/^(value|labels)$/i.test(word) ? `write \`$${word.toLowerCase()}\`` : undefined);
      return { offset: start + index, message: `templates have no function \`${word}\``, ...(hint ? { hint } : {}) };
    }
  }
  return undefined;
}
