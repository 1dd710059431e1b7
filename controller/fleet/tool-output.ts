import { parseDocument } from 'yaml';
import type { Finding } from '../../proto/fault.ts';
import { didYouMean, nearestWord } from '../../proto/nearest.ts';
import type { Component } from '../catalogue/component.ts';
import { NATIVE_KEYS } from '../catalogue/prometheus-keys.ts';
import { ownOf } from './own-of.ts';
import { finding, type Place } from './place.ts';
import { placesIn } from './promql/scalar-places.ts';
import type { Rendered } from './render.ts';
import { placeIn, type Resource, treeIn } from './resource.ts';
import type { Leaf, Tree } from './tree.ts';
import { keyPlaceOf, placeOf, type UnitPart } from './unit-parts.ts';
import { readYamlFile } from './yaml-file.ts';

/** What a component's own tool says of the rendered files, said of the operator's own files and lines. */
export function readTool(output: string, resource: Resource, rendered: Rendered, tool: string): Finding[] {
  const top = placeIn(resource, treeIn(resource, 'config') ? 'config' : 'name');
  let checked = rendered.main;
  const findings: Finding[] = [];
  for (const line of linesOf(output)) {
    checked = /^Checking '?([^\s']+)/.exec(line)?.[1] ?? checked;
    const said = readLine(line, checked, rendered, top);
    if (said) findings.push(finding(said.place, `${tool}: ${said.message}`, hintForKey(said.message)));
  }
  return findings;
}

/** A program that logs says it in one line, between quotes. */
function linesOf(output: string): string[] {
  const logged = /\berr=("(?:[^"\\]|\\.)*")/.exec(output)?.[1];
  const said = logged === undefined ? output : unquoted(logged);
  return said.replaceAll(/^(Checking \S+) +(FAILED: )/gm, '$1\n$2').split('\n');
}

/** Go's quotes are JSON's but for some escapes: what holds a control character must not end all of a plan. */
function unquoted(word: string): string {
  const json = word.replace(/\\(x([0-9a-f]{2})|U([0-9a-f]{8})|[av]|.)/g, (escape, letter: string, hex, wide) => {
    if (hex !== undefined) return `\\u00${hex}`;
    if (wide !== undefined) return JSON.stringify(String.fromCodePoint(Number.parseInt(wide, 16))).slice(1, -1);
    return { a: '\\u0007', v: '\\u000b' }[letter] ?? escape;
  });
  return JSON.parse(json) as string;
}

function hintForKey(message: string): string | undefined {
  const key = /^field (\S+) not found/.exec(message)?.[1];
  return key === undefined ? undefined : didYouMean(key, NATIVE_KEYS);
}

/** What is left of an output that says nothing of any file: its own sentences, each once. */
export function sentencesIn(output: string): string {
  const lines = linesOf(output).map((line) => line.trim().replace(/^FAILED:\s*/, ''));
  return [...new Set(lines.filter((line) => line !== '' && !/^(Checking|SUCCESS:?) /.test(line)))]
    .join('; ')
    .slice(0, 500);
}

function readLine(line: string, checked: string, rendered: Rendered, top: Place): Said | undefined {
  // `rules/a.yml: 5:11: group "a", rule 1: could not parse expression: …`
  const rule = /^\s*(?:FAILED: )?(\S+): (\d+):(\d+): (.+)$/.exec(line);
  const file = rule?.[1] && rendered.origins.get(rule[1]);
  if (rule && file) return sayOfRule(rule, file, textOfFile(rendered, rule[1]));
  // `  line 5: field scrap_interval not found in type config.plain`
  const numbered = /^\s*(?:.*: )?line (\d+): (.+)$/.exec(line);
  if (numbered) {
    const named = /^\s*(?:FAILED: )?(\S+): yaml: line /.exec(line)?.[1];
    const path = named !== undefined && rendered.origins.has(named) ? named : checked;
    const place = placeOfSyntax(path, rendered) ?? placeOnLine(path, Number(numbered[1]), rendered, top);
    return { place, message: numbered[2] ?? '' };
  }
  // `rules/a.yml: unknown unit "minute" in duration "1 minute"`
  const inFile = /^\s*(?:FAILED: )?(\S+): (.+)$/.exec(line);
  const origin = inFile?.[1] && rendered.origins.get(inFile[1]);
  if (inFile && origin && inFile[1] !== rendered.main) {
    const message = inFile[2] ?? '';
    if (message.endsWith('unmarshal errors:')) return undefined;
    return { place: { file: origin, ...positionOfWords(message, textOfFile(rendered, inFile[1])) }, message };
  }
  // `FAILED: template: mail.tmpl:1: function "x" not defined`
  const template = /^\s*FAILED: template: ([^:]+):(\d+)(?::\d+)?: (.+)$/.exec(line);
  const source = [...rendered.origins].find(([path]) => path.endsWith(`/${template?.[1]}`))?.[1];
  if (template && source) {
    return { place: { file: source, line: Number(template[2]), column: 1 }, message: template[3] ?? '' };
  }
  const failed = /^\s*FAILED: (?:parsing YAML file \S+: )?(.+)$/.exec(line);
  const message = failed?.[1];
  if (!message || message.endsWith('unmarshal errors:')) return undefined;
  return { place: placeOfWords(message, rendered.config) ?? top, message };
}

/** What it says of an expression has its own line and column, counted inside the expression. */
function sayOfRule([, , line, column, message = '']: RegExpExecArray, file: string, content: string): Said {
  const place = { file, line: Number(line), column: Number(column) };
  const [whole, row, col] = /(?<=could not parse expression: )(\d+):(\d+): (?:parse error: )?/.exec(message) ?? [];
  const leaf = whole === undefined ? undefined : leafAt(readYamlFile(file, Buffer.from(content)).documents, place);
  if (whole === undefined || !leaf) return { place, message };
  const before = leaf.text.split('\n').slice(0, Number(row) - 1);
  const offset = before.reduce((sum, one) => sum + one.length + 1, 0) + Number(col) - 1;
  return { place: placesIn(content, leaf)(offset), message: message.replace(whole, '') };
}

function leafAt(trees: readonly Tree[], place: Place): Leaf | undefined {
  for (const tree of trees) {
    if (tree.kind === 'leaf') {
      if (tree.place.line === place.line && tree.place.column === place.column) return tree;
      continue;
    }
    const found = leafAt(tree.kind === 'list' ? tree.items : tree.entries.map(({ value }) => value), place);
    if (found) return found;
  }
  return undefined;
}

interface Said {
  readonly place: Place;
  readonly message: string;
}

function placeOnLine(checked: string, line: number, rendered: Rendered, top: Place): Place {
  if (checked === rendered.main) return rendered.places.get(line) ?? top;
  const file = rendered.origins.get(checked);
  return file ? { file, line, column: 1 } : top;
}

/** Where a file stops being YAML. The tools' own line is where the block begins that is not ended as it should be. */
function placeOfSyntax(path: string, rendered: Rendered): Place | undefined {
  const file = path === rendered.main ? undefined : rendered.origins.get(path);
  if (file === undefined) return undefined;
  const [at] = parseDocument(textOfFile(rendered, path)).errors.flatMap(({ linePos }) => linePos?.[0] ?? []);
  return at && { file, line: at.line, column: at.col };
}

/** Messages without a line quote what they hold against: `not a valid duration string: "5x"`. */
function placeOfWords(message: string, config: Tree): Place | undefined {
  const quoted = [...message.matchAll(/"([^"]+)"|`\^?(?:\(\?s?:)?(.+?)\)?\$?`/g)].map((match) => match[1] ?? match[2]);
  for (const words of quoted) {
    const leaf = findLeaf(config, words);
    if (leaf) return leaf.place;
  }
  return undefined;
}

const textOfFile = ({ files }: Rendered, path: string | undefined): string =>
  Buffer.from(files.find((file) => file.path === path)?.content ?? []).toString('utf8');

/** Where the longest of the words that a message quotes stands in a file; its beginning when none does. */
function positionOfWords(message: string, content: string): { line: number; column: number } {
  const quoted = [...message.matchAll(/"([^"]+)"/g)].map((match) => match[1] ?? '');
  for (const words of quoted.sort((a, b) => b.length - a.length)) {
    const offset = content.indexOf(words);
    if (offset < 0) continue;
    const before = content.slice(0, offset).split('\n');
    return { line: before.length, column: (before.at(-1) ?? '').length + 1 };
  }
  return { line: 1, column: 1 };
}

function findLeaf(tree: Tree, text: string | undefined): Tree | undefined {
  if (tree.kind === 'leaf') return tree.text === text ? tree : undefined;
  const members = tree.kind === 'list' ? tree.items : tree.entries.map((entry) => entry.value);
  for (const member of members) {
    const found = findLeaf(member, text);
    if (found) return found;
  }
  return undefined;
}

/** What a program holds against its flags; `known` are the flags that its own help names. */
export function explainRefusal(message: string, part: UnitPart, version: string, known: readonly string[]): Finding {
  const { component } = part;
  const flag = /'--?([\w.-]+)'|--([\w.-]+)/.exec(message);
  const name = flag?.[1] ?? flag?.[2];
  const hint = /unknown/.test(message) && name ? hintFor(name, component, known) : undefined;
  const written = Object.entries(part.settings.flags ?? {});
  const own = written.find(
    ([key, value]) => key === name || (value !== true && message.includes(`"${String(value)}"`)),
  )?.[0];
  const negated = written.find(([key, value]) => value === false && `no-${key}` === name)?.[0];
  const key = own ?? negated;
  const place = key === undefined ? placeOf(part, 'flags') : keyPlaceOf(part, 'flags', key);
  return finding(place, `${component.name} ${version} refuses this flag: ${message}`, hint);
}

function hintFor(name: string, component: Pick<Component, 'reservedFlags'>, known: readonly string[]): string {
  const near = nearestWord(name, known);
  if (near === undefined) return 'it was removed, or never was';
  const reserved = ownOf(component.reservedFlags, near);
  return `did you mean \`${near}\`?${reserved ? ` ${reserved}` : ''}`;
}

/** `--[no-]web.enable-lifecycle` and `--log.level=info` → their names. */
export const flagsInHelp = (help: string): string[] =>
  [...help.matchAll(/^\s+(?:-\w, )?--(?:\[no-\])?([\w.-]+)/gm)].map((match) => match[1] ?? '');

/** The words of a refusal: kingpin says `NAME: error: …, try --help`. */
export function refusalIn(output: string): string {
  const lines = output.split('\n').map((line) => line.trim());
  const said = lines.find((line) => /error/i.test(line)) ?? lines.find((line) => line !== '') ?? 'it gave no reason';
  return said.replace(/^.*?\berror(?: parsing command ?line arguments)?: /i, '').replace(/, try --help$/, '');
}
