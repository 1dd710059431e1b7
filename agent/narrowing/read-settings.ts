import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, type YAMLError, type YAMLMap } from 'yaml';
import type { Finding } from '../../proto/fault.ts';
import { didYouMean } from '../../proto/nearest.ts';
import { allowAll, type Settings } from './settings.ts';

export interface ReadSettings {
  readonly settings: Settings;
  /** '' when none is named. */
  readonly digestsFile: string;
  /** Not empty: nothing of it may be used. */
  readonly findings: readonly Finding[];
}

const KEYS = ['address', 'allow', 'on_refusal'];
const ALLOW_KEYS = [
  'units',
  'run_as_users',
  'writable_directories',
  'ports',
  'capabilities',
  'release_digests',
  'release_digests_file',
  'unit_memory',
  'scripts',
  'logs',
  'queries',
  'commands',
];
const SHAPES = {
  address: [/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$|^[0-9a-f:]*:[0-9a-f:.]+$/i, 'a name or an IP address, with no port'],
  onRefusal: [/^(keep|stop)$/, '`keep` or `stop`'],
  unit: [/^[a-z][a-z0-9_-]{0,47}$/, 'a unit name, such as `node_exporter`'],
  user: [/^[a-z_][a-z0-9_-]{0,30}$/, 'the name of a user'],
  directory: [/^\/([^/\0]+(\/[^/\0]+)*)?$/, 'an absolute path, with no `/` at its end'],
  port: [/^\d{1,5}(-\d{1,5})?$/, 'a port, or a range such as `9100-9199`'],
  capability: [/^CAP_[A-Z_]+$/, 'a capability, such as `CAP_NET_RAW`'],
  digest: [/^(sha256:)?[0-9a-f]{64}$/, 'a sha256: 64 hexadecimal digits in lower case'],
  size: [/^[1-9]\d*(MB|GB|TB)$/, 'a size such as `512MB` or `4GB`'],
} as const satisfies Record<string, readonly [RegExp, string]>;
type Shape = keyof typeof SHAPES;
const BYTES = { MB: 2 ** 20, GB: 2 ** 30, TB: 2 ** 40 } as const;

/** Reads agent.yaml: strictly, since a rule that is skipped because it was misspelt allows everything. */
export function readSettings(file: string, text: string, dataDirectory: string): ReadSettings {
  const reader = new Reader(file);
  const top = reader.document(text);
  const settings = top ? reader.settings(top, dataDirectory) : { address: '', allow: undefined, stopRefused: false };
  return { settings, digestsFile: reader.digestsFile, findings: reader.findings };
}

class Reader {
  readonly findings: Finding[] = [];
  digestsFile = '';
  readonly #file: string;
  readonly #lines = new LineCounter();

  constructor(file: string) {
    this.#file = file;
  }

  /** Undefined where nothing is written, or nothing that can be read. */
  document(text: string): YAMLMap | undefined {
    const document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false, uniqueKeys: true });
    const wrong = [...document.errors, ...document.warnings];
    if (wrong.length > 0) {
      for (const error of wrong) this.#find(error.pos[0], wordsOf(error));
      return undefined;
    }
    const { contents } = document;
    if (contents === null || (isScalar(contents) && contents.value === null)) return undefined;
    if (isMap(contents)) return contents;
    this.#find(contents.range[0], `expected keys: ${KEYS.join(', ')}`);
    return undefined;
  }

  settings(top: YAMLMap, dataDirectory: string): Settings {
    const own = this.#keys(top, KEYS);
    const allow = own.get('allow');
    return {
      address: this.#word(own.get('address'), 'address') ?? '',
      stopRefused: this.#word(own.get('on_refusal'), 'onRefusal') === 'stop',
      allow: allow && this.#allow(allow, dataDirectory),
    };
  }

  #allow(node: Node, dataDirectory: string): Settings['allow'] {
    if (!isMap(node)) return this.#expected(node, `keys: ${ALLOW_KEYS.join(', ')}`);
    const keys = this.#keys(node, ALLOW_KEYS);
    this.digestsFile = this.#word(keys.get('release_digests_file'), 'directory') ?? '';
    const size = this.#word(keys.get('unit_memory'), 'size');
    return {
      ...allowAll(dataDirectory),
      units: this.#list(keys.get('units'), 'unit'),
      runAsUsers: this.#list(keys.get('run_as_users'), 'user'),
      writableDirectories: this.#list(keys.get('writable_directories'), 'directory'),
      ports: this.#list(keys.get('ports'), 'port'),
      capabilities: this.#list(keys.get('capabilities'), 'capability'),
      releaseDigests: this.#list(keys.get('release_digests'), 'digest')?.map((word) => word.replace('sha256:', '')),
      unitMemoryBytes: size ? Number.parseInt(size, 10) * BYTES[size.slice(-2) as keyof typeof BYTES] : 0,
      scripts: this.#claim(keys.get('scripts')),
      logs: this.#claim(keys.get('logs')),
      queries: this.#claim(keys.get('queries')),
      commands: this.#claim(keys.get('commands')),
    };
  }

  /** A key with nothing after it is a mistake too: it may be meant to allow nothing, or everything. */
  #keys(map: YAMLMap, known: readonly string[]): Map<string, Node> {
    const found = new Map<string, Node>();
    for (const { key, value } of map.items) {
      const name = isScalar(key) ? String(key.value) : '';
      const at = (key as Node).range?.[0] ?? 0;
      if (!known.includes(name)) {
        this.#find(
          at,
          `there is no key \`${name}\` here`,
          didYouMean(name, known) ?? `the keys are ${known.join(', ')}`,
        );
      } else if (value === null || (isScalar(value) && value.value === null)) {
        this.#find(at, `\`${name}\` has no value`, 'leave the key out to allow all; `[]` allows none');
      } else found.set(name, value as Node);
    }
    return found;
  }

  #word(node: Node | undefined, shape: Shape): string | undefined {
    if (!node) return undefined;
    const [pattern, what] = SHAPES[shape];
    const isText = isScalar(node) && (typeof node.value === 'string' || typeof node.value === 'number');
    const word = isText ? (node.source ?? String(node.value)) : '';
    if (!isText || !pattern.test(word) || (shape === 'port' && !isPort(word))) return this.#expected(node, what);
    return word;
  }

  #list(node: Node | undefined, shape: Shape): string[] | undefined {
    if (!node) return undefined;
    const what = `a list, each ${SHAPES[shape][1]}`;
    if (!isSeq(node)) return this.#expected(node, what);
    return node.items.flatMap((item) => this.#word(item as Node, shape) ?? []);
  }

  #claim(node: Node | undefined): boolean {
    if (!node) return true;
    if (isScalar(node) && typeof node.value === 'boolean') return node.value;
    this.#expected(node, '`true` or `false`');
    return false;
  }

  #expected(node: Node, what: string): undefined {
    this.#find(node.range?.[0] ?? 0, `expected ${what}`);
  }

  #find(offset: number, message: string, hint?: string): void {
    const { line, col: column } = this.#lines.linePos(offset);
    this.findings.push({ file: this.#file, line, column, message, ...(hint === undefined ? {} : { hint }) });
  }
}

function isPort(word: string): boolean {
  const [first = 0, last = first] = word.split('-').map(Number);
  return first >= 1 && first <= last && last <= 65_535;
}

function wordsOf({ code, message }: Pick<YAMLError, 'code' | 'message'>): string {
  if (code === 'DUPLICATE_KEY') return 'this key is written twice';
  if (code === 'MULTIPLE_DOCS') return 'a second document begins here: it has one alone';
  return `cannot read YAML: ${message.charAt(0).toLowerCase()}${message.slice(1)}`;
}
