import { readFileSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { Fault, type Finding, messageOf } from '../../../proto/fault.ts';
import { writeAtomically } from '../../atomic-file.ts';
import { formatYaml } from '../../fleet/format/format-yaml.ts';
import { readFolder } from '../../fleet/read-folder.ts';
import { readYamlFile } from '../../fleet/yaml-file.ts';
import { type Cli, example, type OpenClient, type Run, verb } from '../cli.ts';
import { renderFindings } from '../findings.ts';
import { count } from '../format.ts';
import { severalFolders } from './plan.ts';

interface FmtOptions {
  readonly file?: readonly string[];
  readonly check?: boolean;
}

const WHAT = `
\`kind\` and \`name\` come first and the other keys in the order of the language; every level is indented by two. Comments, quotes
and alignment stay as they are, and so does a file that holds no \`kind\`: native configuration is its owner's to lay out.
`;

export const addFmt = (program: Command, cli: Cli, open: OpenClient): Command =>
  program
    .command('fmt')
    .description('lays out the YAML of a fleet; what it means stays the same')
    .argument('[paths...]', 'folders and files (default: this folder)')
    .addOption(severalFolders('-f, --file <path>', 'a folder or a file, as other verbs take it'))
    .option('--check', 'change nothing; exit 1 and name the files that would change')
    .addHelpText('after', WHAT + example('promfleet fmt fleet', 'promfleet fmt --check -f base -f prod'))
    .action(verb<FmtOptions>(cli, open, runFmt));

function runFmt({ cli, args, options, print }: Run<FmtOptions>): number {
  const paths = [...args, ...(options.file ?? [])];
  const files = [...new Set((paths.length > 0 ? paths : ['.']).flatMap(yamlFilesOf))];
  const findings: Finding[] = [];
  const changed = files.filter((file) => {
    const text = readFileSync(file, 'utf8');
    // A file that can't be read as YAML is none that could be laid out: when it seems to be of a fleet, that is said.
    if (/^\s*kind\s*:/m.test(text)) findings.push(...readYamlFile(file, Buffer.from(text)).findings);
    const formatted = formatYaml(text);
    if (formatted === text) return false;
    if (!options.check) write(file, formatted);
    return true;
  });
  if (findings.length > 0) writeFindings(cli, findings);
  print({ changed, findings }, () => [
    ...changed,
    ...(changed.length === 0 && findings.length === 0 ? [`${count(files.length, 'file')} laid out as should be.`] : []),
  ]);
  return findings.length > 0 || (options.check && changed.length > 0) ? 1 : 0;
}

const writeFindings = ({ err }: Cli, findings: readonly Finding[]): void =>
  err.write(renderFindings(findings, err.width, err.paint, err.isTerminal).join('\n').concat('\n'));

function yamlFilesOf(path: string): string[] {
  try {
    if (statSync(path).isFile()) return [path];
  } catch (error) {
    throw new Fault('not_found', `cannot read ${path}: ${messageOf(error)}`, { cause: error });
  }
  return readFolder(path)
    .filter((file) => /\.ya?ml$/i.test(file.path))
    .map((file) => join(path, file.path));
}

/** A link stays one: what it leads to is written. */
function write(file: string, text: string): void {
  const path = realpathSync(file);
  try {
    writeAtomically(path, text, statSync(path).mode & 0o777);
  } catch (error) {
    throw new Fault('denied', `cannot write ${file}: ${messageOf(error)}`, { cause: error });
  }
}
