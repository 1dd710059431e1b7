import { join } from 'node:path';
import type { Finding } from '../../proto/fault.ts';
import { finding } from './place.ts';
import type { RuleTests } from './render-tests.ts';
import type { ReadyUnit } from './resolve.ts';
import { keyPlaceIn, placeIn, type Resource } from './resource.ts';
import { inStage, runTool } from './run-tool.ts';

/** The operator's own tests, by the programs that are meant. A test that fails refuses the apply. */
export async function runRuleTests({ release, rendered }: ReadyUnit, programs: string): Promise<Finding[]> {
  const { paths, files } = rendered?.tests ?? { paths: [], files: [] };
  if (paths.length === 0) return [];
  return inStage(files, async (directory) => {
    const findings: Finding[] = [];
    for (const path of paths) {
      const { code, output } = await runTool(join(programs, 'promtool'), ['test', 'rules', path], directory);
      if (code !== 0) findings.push(...readRuleTest(output, path, files, `promtool ${release.version}`));
    }
    return findings;
  });
}

/** Each test that failed, where what it names stands in its file. */
export function readRuleTest(output: string, path: string, files: RuleTests['files'], tool: string): Finding[] {
  const content = Buffer.from(files.find((file) => file.path === path)?.content ?? []).toString('utf8');
  const said = output.slice(output.indexOf('FAILED:') + 'FAILED:'.length);
  const parts = said
    .split(/\n(?=\s*(?:name: |alertname: |expr: ))/)
    .map((part) => part.replaceAll(/\s+/g, ' ').trim())
    .filter((part) => part !== '' && part !== 'FAILED:');
  return (parts.length > 0 ? parts : ['it fails, and does not say why']).map((part) => {
    const named = /\balertname: ?([^,]+)/.exec(part)?.[1] ?? /\bexpr: ?"((?:[^"\\]|\\.)*)"/.exec(part)?.[1];
    const line = named === undefined ? 0 : content.split('\n').findIndex((one) => one.includes(named));
    const place = { file: path, line: Math.max(0, line) + 1, column: 1 };
    return finding(place, `${tool}: a test of rules fails: ${part.slice(0, 600)}`, 'mend the rule or the test');
  });
}

/** @param directory  that holds the configuration */
export async function runRouteTests(
  { placed, release, rendered }: ReadyUnit,
  programs: string,
  directory: string,
): Promise<Finding[]> {
  if (placed.resource.kind !== 'Alertmanager' || !rendered) return [];
  const resource = placed.resource as Resource<'Alertmanager'>;
  const findings: Finding[] = [];
  for (const [index, { labels, receivers }] of (resource.settings.route_tests ?? []).entries()) {
    const words = ['config', 'routes', 'test', `--config.file=${rendered.main}`];
    const given = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
    const { code, output } = await runTool(join(programs, 'amtool'), [...words, ...given], directory);
    const got = output.trim().split('\n').at(-1) ?? '';
    if (code === 0 && got === receivers.join(',')) continue;
    const shown = Object.entries(labels).map(([name, value]) => `${name}="${value}"`);
    const message =
      code === 0
        ? `an alert with ${shown.join(', ')} goes to ${got}, and not to ${receivers.join(', ')}`
        : `amtool ${release.version} can't test this: ${got}`;
    const place =
      code === 0 ? placeIn(resource, 'route_tests', index, 'receivers') : keyPlaceIn(resource, 'route_tests', index);
    findings.push(finding(place, message, 'mend the route or the test'));
  }
  return findings;
}
