/** A secret as a unit's files name it. Another value has another version, and a version never means two values. */
export interface SecretReference {
  readonly name: string;
  readonly version: string;
}

export interface SecretValue extends SecretReference {
  readonly value: string;
}

/** How a value stands in a file: inside double quotes that YAML and JSON read, or as it is. */
export const SECRET_FORMS = ['quoted', 'verbatim'] as const;
export type SecretForm = (typeof SECRET_FORMS)[number];

export const SECRET_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;
const REFERENCE = /\$\{secret:([A-Za-z0-9][A-Za-z0-9._-]{0,62})\}/g;
const DECODER = new TextDecoder('utf-8', { ignoreBOM: true });
/** What begins as a reference, right or wrong. */
const BEGINNING = '${secret:';

export const showReference = (name: string): string => `${BEGINNING}${name}}`;

/** Text that holds something like a reference. */
export const mentionsSecret = (text: string): boolean => text.includes(BEGINNING);

export interface FoundReference {
  readonly offset: number;
  /** Undefined: it begins as a reference and is none. */
  readonly name: string | undefined;
}

export function findReferences(text: string): FoundReference[] {
  const found: FoundReference[] = [];
  for (let offset = text.indexOf(BEGINNING); offset >= 0; offset = text.indexOf(BEGINNING, offset + 1)) {
    const word = /^[^}\n]*(?=\})/.exec(text.slice(offset + BEGINNING.length, offset + BEGINNING.length + 200))?.[0];
    found.push({ offset, name: word !== undefined && SECRET_NAME.test(word) ? word : undefined });
  }
  return found;
}

/** Every reference replaced, once: a value that looks like a reference is none. A name without a value stays. */
export function expandSecrets(content: Uint8Array, form: SecretForm, values: ReadonlyMap<string, string>): Uint8Array {
  const text = DECODER.decode(content);
  const put = form === 'quoted' ? quote : (value: string) => value;
  return new TextEncoder().encode(
    text.replace(REFERENCE, (reference, name: string) => {
      const value = values.get(name);
      return value === undefined ? reference : put(value);
    }),
  );
}

/** How large a file becomes, without making it: a hostile spec could name a large value a million times. */
export function expandedSize(content: Uint8Array, values: ReadonlyMap<string, string>): number {
  let size = content.length;
  for (const [, name = ''] of DECODER.decode(content).matchAll(REFERENCE)) {
    size += 6 * (values.get(name)?.length ?? 0);
  }
  return size;
}

/** As it stands inside double quotes, the same for YAML and JSON, and on one line whatever the value. */
function quote(value: string): string {
  // JSON lets some through that YAML does not take for text, or folds lines at.
  return inJson(value).replace(
    /[\x7f-\x9f\xa0\u2028\u2029\ufeff\ufffe\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Pieces of a value that are shorter say little of it. */
const TELLING_PIECE = 8;
/** Between these it reads the same however it is quoted. */
const ALTERED_BY_QUOTES = /[\p{Cc}"\\]+/u;

/**
 * Takes values out of what programs say: logs, refusals, answers. `${secret:name}` stands in their place. It knows the forms in which
 * the programs that promfleet runs write text; the longest is taken first.
 */
export function scrubber(secrets: readonly Pick<SecretValue, 'name' | 'value'>[]): (text: string) => string {
  const names = new Map<string, string>();
  for (const { name, value } of secrets) {
    for (const form of formsOf(value)) if (!names.has(form)) names.set(form, name);
  }
  if (names.size === 0) return (text) => text;
  const longestFirst = [...names.keys()].sort((a, b) => b.length - a.length);
  const any = new RegExp(longestFirst.map((form) => escaped(form)).join('|'), 'g');
  return (text) => text.replace(any, (form) => showReference(names.get(form) ?? ''));
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

function formsOf(value: string): string[] {
  const pieces = value.split(ALTERED_BY_QUOTES).filter((piece) => piece.length >= TELLING_PIECE);
  const whole = [value, value.trim(), ...pieces].filter((text) => text !== '');
  const written = whole.flatMap((text) => [text, inUrl(text), inUrl(text).replaceAll('%20', '+'), encodeURI(text)]);
  const quoted = written.flatMap((text) => [
    text,
    quote(text),
    inJson(text),
    goJson(text),
    goQuoted(text),
    // Quoted once more: an error inside a log line.
    inJson(inJson(text)),
    goQuoted(goQuoted(text)),
  ]);
  // Go's YAML shows the beginning of what it can't take: `hunter2...`.
  return [...new Set([...quoted, ...(value.length > 10 ? [`${value.slice(0, 7)}...`] : [])])];
}

const inUrl = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);

const inJson = (text: string): string => JSON.stringify(text).slice(1, -1);

const GO_ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
};

/** As `%q` has it. */
const goQuoted = (text: string): string =>
  text.replace(/["\\]|[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, (char) => {
    const code = char.codePointAt(0) ?? 0;
    const hex = code.toString(16);
    if (GO_ESCAPES[char]) return GO_ESCAPES[char];
    if (code < 0x80) return `\\x${hex.padStart(2, '0')}`;
    return code < 0x1_0000 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
  });

const goJson = (text: string): string =>
  inJson(text).replace(/[<>&]/g, (char) => `\\u00${char.charCodeAt(0).toString(16)}`);
