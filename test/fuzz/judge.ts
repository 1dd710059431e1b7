import assert from 'node:assert/strict';
import { Ajv } from 'ajv';
import { parseAllDocuments } from 'yaml';
import { checkFolder } from '../../controller/fleet/check-folder.ts';
import { checkPaths } from '../../controller/fleet/check-paths.ts';
import { formatYaml } from '../../controller/fleet/format/format-yaml.ts';
import { fleetSchema } from '../../controller/fleet/json-schema/json-schema.ts';
import { readFleet } from '../../controller/fleet/read-fleet.ts';
import { resolveFleet } from '../../controller/fleet/resolve-fleet.ts';
import { toValue } from '../../controller/fleet/tree.ts';
import { Fault, type Finding } from '../../proto/fault.ts';
import type { TestFleet } from '../support/open-fleet.ts';
import type { FuzzFolder } from './corpus.ts';

/** Of processor time, for one folder, read and placed several times over. */
const PATIENCE_MS = 5_000;
const LONGEST_MESSAGE = 600;

/**
 * What must hold of whatever is handed in: it never crashes and never takes long, every finding has its place, and the same files are told
 * the same in whatever order they come. Answers whether it was found right. @throws when something of this does not hold
 */
export async function judge(folder: FuzzFolder, fleet: TestFleet): Promise<boolean> {
  const began = process.cpuUsage();
  try {
    checkPaths({ folder: folder.name, files: folder.files });
  } catch (error) {
    assert.ok(error instanceof Fault, error instanceof Error ? error.stack : String(error));
    return false;
  }
  const { findings } = checkFolder(folder.files);
  for (const finding of findings) judgeFinding(finding, folder);
  assert.deepEqual(
    checkFolder(folder.files.toReversed()).findings,
    findings,
    'the order of files changes what is said',
  );
  const planned = await plan(folder, fleet);
  if (planned) {
    for (const finding of planned) judgeFinding(finding, folder);
    assert.deepEqual(await plan(folder, fleet), planned, 'the same folder is planned in two ways');
  }
  for (const { path, content } of folder.files) judgeFormat(path, Buffer.from(content).toString('utf8'));
  if (findings.length === 0) judgeSchema(folder);
  const { user, system } = process.cpuUsage(began);
  const took = (user + system) / 1000;
  assert.ok(took < PATIENCE_MS, `it took ${took.toFixed(0)} ms of processor time`);
  return findings.length === 0;
}

/** As an apply on hosts would, but for what real programs say. */
async function plan({ files }: FuzzFolder, fleet: TestFleet): Promise<readonly Finding[]> {
  const stored = files.map((file) => ({ ...file, folder: 'fleet' }));
  const options = { applying: 'fleet', locks: {}, overrides: [], lenient: true };
  const { findings, notes } = await resolveFleet(fleet, stored, options);
  return [...findings, ...notes];
}

function judgeFinding({ file, line, column, message, hint = '' }: Finding, { files }: FuzzFolder): void {
  const said = `${file}:${line}:${column}: ${message.slice(0, 300)}`;
  const found = files.find(({ path }) => path === file);
  assert.ok(found, `a finding has no file of the folder: ${said}`);
  const lines = Buffer.from(found.content).toString('utf8').split('\n').length;
  assert.ok(line !== undefined && line >= 1 && line <= lines, `a finding has no line of its file: ${said}`);
  assert.ok(column !== undefined && column >= 1, `a finding has no column: ${said}`);
  assert.ok(message !== '' && message.length <= LONGEST_MESSAGE, `a message is empty or too long to read: ${said}`);
  assert.ok(hint.length <= LONGEST_MESSAGE, `a hint is too long to read: ${said}: ${hint.slice(0, 300)}`);
}

const validate = new Ajv({ strict: false }).compile(fleetSchema());

/** What is right is right in an editor, too. */
function judgeSchema({ name, files }: FuzzFolder): void {
  for (const { tree } of readFleet([{ folder: name, shownAs: '', files }]).documents) {
    assert.ok(
      validate(toValue(tree)),
      `the schema refuses ${JSON.stringify(toValue(tree)).slice(0, 300)}: ${JSON.stringify(validate.errors)}`,
    );
  }
}

/** `fmt` changes no meaning, and nothing the second time. */
function judgeFormat(path: string, text: string): void {
  if (!/\.ya?ml$/.test(path)) return;
  const formatted = formatYaml(text);
  if (formatted === text) return;
  assert.equal(formatYaml(formatted), formatted, `fmt of ${path} is not done after the first time`);
  const read = (yaml: string) => [...parseAllDocuments(yaml)].map((document) => document.toJS() as unknown);
  assert.deepEqual(read(formatted), read(text), `fmt changes the meaning of ${path}`);
}
