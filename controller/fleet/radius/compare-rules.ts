import type { SpecFile, UnitSpec } from '../../../proto/spec.ts';
import type { Specs } from '../compare.ts';
import { mergeAlike } from '../merge-alike.ts';
import { type Rule, readRuleFile } from '../promql/rules.ts';
import { textOfTree } from '../tree.ts';

export interface RuleChange {
  /** `unit@host`, several with a comma when the same holds for each. */
  readonly prometheus: string;
  readonly kind: 'record' | 'alert';
  readonly group: string;
  readonly name: string;
  readonly change: 'gained' | 'lost' | 'changed';
  /** Its expression and what else it says, on one line; '' when there is none. */
  readonly from: string;
  readonly to: string;
}

/** Rules and alerts that every Prometheus that stays, comes or goes gains, loses, or has otherwise than before. */
export function ruleChanges(old: Specs, wanted: Specs): RuleChange[] {
  const hosts = [...new Set([...old.keys(), ...wanted.keys()])].sort();
  const changes = hosts.flatMap((host) => {
    const [before, after] = [old.get(host)?.units ?? [], wanted.get(host)?.units ?? []];
    const names = [...new Set([...before, ...after].map((unit) => unit.name))].sort();
    return names.flatMap((name) => {
      const [was, is] = [before, after].map((units) => units.find((unit) => unit.name === name));
      return changesOf(`${name}@${host}`, ruleFiles(was), ruleFiles(is));
    });
  });
  return mergeAlike(
    changes,
    (one) => one.prometheus,
    (one, prometheus) => ({ ...one, prometheus }),
  );
}

const ruleFiles = (unit: UnitSpec | undefined): SpecFile[] =>
  unit?.component === 'prometheus' ? unit.files.filter(({ path }) => /^(rules|slo)\//.test(path)) : [];

function changesOf(prometheus: string, before: readonly SpecFile[], after: readonly SpecFile[]): RuleChange[] {
  const same = (file: SpecFile, others: readonly SpecFile[]): boolean =>
    others.some((other) => other.path === file.path && Buffer.compare(other.content, file.content) === 0);
  const was = rulesIn(before.filter((file) => !same(file, after)));
  const is = rulesIn(after.filter((file) => !same(file, before)));
  return [...new Set([...was.keys(), ...is.keys()])].flatMap((key): RuleChange[] => {
    const [old, now] = [was.get(key), is.get(key)];
    const [from, to] = [old ? shown(old) : '', now ? shown(now) : ''];
    const rule = now ?? old;
    if (!rule || from === to) return [];
    const change = !old ? 'gained' : !now ? 'lost' : 'changed';
    return [{ prometheus, kind: rule.kind, group: rule.group, name: rule.name, change, from, to }];
  });
}

/** By group, kind and name; the second of one name is another rule. */
function rulesIn(files: readonly SpecFile[]): Map<string, Rule> {
  const rules = new Map<string, Rule>();
  for (const { path, content } of files) {
    for (const rule of readRuleFile(path, path, Buffer.from(content).toString('utf8')).rules) {
      let key = `${rule.group}\0${rule.kind}\0${rule.name}`;
      while (rules.has(key)) key += '\0';
      rules.set(key, rule);
    }
  }
  return rules;
}

/** Its expression, and whatever else it says. */
function shown({ promql, tree }: Rule): string {
  const more = (tree.kind === 'map' ? tree.entries : []).filter(
    ({ key }) => !['record', 'alert', 'expr'].includes(key),
  );
  return [promql.text, ...more.map(({ key, value }) => `${key}: ${textOfTree(value)}`)]
    .map((part) => part.replaceAll(/\s+/g, ' ').trim())
    .join('; ');
}
