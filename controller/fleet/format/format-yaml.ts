import { digestOf } from '../../../proto/digest.ts';
import { child, toValue } from '../tree.ts';
import { readYamlFile } from '../yaml-file.ts';
import { indentLines } from './indent-lines.ts';
import { orderKeys } from './order-keys.ts';

/**
 * A file of a fleet with `kind` and `name` first in each document, the other keys in the order of the language, and each level indented by
 * two. Lines are moved and shifted, never written anew: comments, quotes and alignment stay as they are. A file that holds no kind, can't be
 * read, or would come to mean anything else is answered as it is.
 */
export function formatYaml(text: string): string {
  const before = meaningOf(text);
  if (!before?.holdsKinds) return text;
  for (const formatted of [orderKeys(indentLines(text)), orderKeys(text), indentLines(text)]) {
    const whole = formatted.endsWith('\n') ? formatted : `${formatted}\n`;
    if (meaningOf(whole)?.digest === before.digest && commentsOf(whole) === commentsOf(text)) return whole;
  }
  return text;
}

/** Undefined when it can't be read. The order of keys means nothing. */
function meaningOf(text: string): { readonly digest: string; readonly holdsKinds: boolean } | undefined {
  const { documents, findings } = readYamlFile('', Buffer.from(text));
  if (findings.length > 0) return undefined;
  return {
    digest: digestOf(documents.map(toValue)),
    holdsKinds: documents.some((tree) => child(tree, 'kind') !== undefined),
  };
}

/** Every line that has a `#`, without what stands before it in its line. */
const commentsOf = (text: string): string =>
  text
    .split('\n')
    .flatMap((line) => (line.includes('#') ? [line.trim()] : []))
    .sort()
    .join('\n');
