import { createHash } from 'node:crypto';
import type { Action, RelabelRule } from './rules.ts';

export type Labels = ReadonlyMap<string, string>;

/** Undefined: what Prometheus makes of it is not known here. */
export type Relabelled = Labels | 'dropped' | undefined;

/** What Prometheus makes of a target's labels, one rule after the other. An empty label is none. */
export function relabel(labels: Labels, rules: readonly RelabelRule[]): Relabelled {
  let now = labels;
  for (const rule of rules) {
    const value = rule.sources.map((name) => now.get(name) ?? '').join(rule.separator);
    const next = ACTIONS[rule.action](now, rule, value);
    if (next === undefined || next === 'dropped') return next;
    now = next;
  }
  return now;
}

const ACTIONS: Readonly<Record<Action, (labels: Labels, rule: RelabelRule, value: string) => Relabelled>> = {
  replace: (labels, { regex, target, replacement }, value) => {
    const match = regex.exec(value);
    return match ? set(labels, expand(target, match), expand(replacement, match)) : labels;
  },
  keep: (labels, { regex }, value) => (regex.test(value) ? labels : 'dropped'),
  drop: (labels, { regex }, value) => (regex.test(value) ? 'dropped' : labels),
  keepequal: (labels, { target }, value) => ((labels.get(target) ?? '') === value ? labels : 'dropped'),
  dropequal: (labels, { target }, value) => ((labels.get(target) ?? '') === value ? 'dropped' : labels),
  hashmod: (labels, { target, modulus }, value) => {
    const hash = createHash('md5').update(value).digest().readBigUInt64BE(8);
    return set(labels, target, String(hash % modulus));
  },
  labelmap: mapped,
  labeldrop: (labels, { regex }) => only(labels, (name) => !regex.test(name)),
  labelkeep: (labels, { regex }) => only(labels, (name) => regex.test(name)),
  lowercase: (labels, { target }, value) => (isAscii(value) ? set(labels, target, value.toLowerCase()) : undefined),
  uppercase: (labels, { target }, value) => (isAscii(value) ? set(labels, target, value.toUpperCase()) : undefined),
};

/** Versions differ in which other names they take. */
const NAME = /^[a-zA-Z_]\w*$/;

function set(labels: Labels, name: string, value: string): Relabelled {
  if (!NAME.test(name)) return undefined;
  const next = new Map(labels);
  if (value === '') next.delete(name);
  else next.set(name, value);
  return next;
}

/** From what was there before the rule, in an order that Prometheus does not promise. */
function mapped(labels: Labels, { regex, replacement }: RelabelRule): Relabelled {
  const names = new Set<string>();
  let next: Relabelled = labels;
  // Those are not looked at here.
  if (['__scrape_interval__', '__scrape_timeout__'].some((name) => regex.test(name))) return undefined;
  for (const [name, value] of labels) {
    const match = regex.exec(name);
    if (!match) continue;
    const to = expand(replacement, match);
    if (names.has(to) || typeof next !== 'object') return undefined;
    names.add(to);
    next = set(next, to, value);
  }
  return next;
}

const only = (labels: Labels, isKept: (name: string) => boolean): Labels =>
  new Map([...labels].filter(([name]) => isKept(name)));

const isAscii = (text: string): boolean => /^[\0-\x7f]*$/.test(text);

/** `$1`, `${1}` and `${name}`; what did not take part is empty, and `$$` is a dollar. */
const expand = (template: string, match: RegExpExecArray): string =>
  template.replaceAll(/\$(?:\$|\{([\p{L}\p{Nd}_]+)\}|([\p{L}\p{Nd}_]+))/gu, (whole, braced?: string, bare?: string) => {
    if (whole === '$$') return '$';
    const name = braced ?? bare ?? '';
    return (/^(0|[1-9]\d*)$/.test(name) ? match[Number(name)] : match.groups?.[name]) ?? '';
  });
