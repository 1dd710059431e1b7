import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { Fault, type Finding, messageOf } from '../proto/fault.ts';
import { explainIssues } from './fleet/kinds/explain.ts';
import { keys, wrong } from './fleet/kinds/keys.ts';
import { toValue } from './fleet/tree.ts';
import { readYamlFile } from './fleet/yaml-file.ts';

/** Where the installer puts it. It counts for the controller only when it is named: a quick start must not read it. */
export const SYSTEM_CONFIG = '/etc/promfleet/controller.yaml';

const A_PORT = 'a port: a number from 1 to 65535';
const port = z
  .int({ error: wrong(A_PORT) })
  .check(z.gte(1, A_PORT), z.lte(65_535, A_PORT))
  .optional();
const A_PATH = 'an absolute path';
const path = z
  .string({ error: wrong(A_PATH) })
  .check(z.regex(/^\//, A_PATH))
  .optional();
const AN_ADDRESS = 'a name or an IP address, with no port';
const address = z
  .string({ error: wrong(AN_ADDRESS) })
  .check(z.regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$|^[0-9a-f:]*:[0-9a-f:.]*$/i, AN_ADDRESS));
const NAMES = 'a list of names and addresses, at least one';
const A_LEVEL = 'debug, info, warn or error';

const A_COMMAND = 'a list of words, the first the absolute path of a program';
const command = z
  .array(z.string({ error: wrong(A_COMMAND) }), { error: wrong(A_COMMAND) })
  .check(z.refine(([program = '']) => program.startsWith('/'), A_COMMAND))
  .readonly()
  .optional();

const schema = keys({
  names: z
    .array(address, { error: wrong(NAMES) })
    .check(z.minLength(1, NAMES))
    .readonly()
    .optional(),
  listen: address.optional(),
  api_port: port,
  session_port: port,
  enrolment_port: port,
  page_port: port,
  directory: path,
  socket: path,
  secrets: keys({ key_command: command }).optional(),
  log_level: z.enum(['debug', 'info', 'warn', 'error'], { error: wrong(A_LEVEL) }).optional(),
});

export type ControllerFile = z.output<typeof schema>;

/** @throws Fault `invalid` with everything that is wrong in it, each at its line. */
export function readConfigFile(file: string): ControllerFile {
  let content: Uint8Array;
  try {
    content = readFileSync(file);
  } catch (error) {
    throw new Fault('invalid', `cannot read ${file}: ${messageOf(error)}`, {
      hint: 'name another with --config, or leave it out and use flags',
      cause: error,
    });
  }
  const { documents, findings } = readYamlFile(file, content);
  if (findings.length > 0) throw unusable(file, findings);
  const [tree, second] = documents;
  if (!tree) return {};
  if (second) throw unusable(file, [{ ...second.place, message: 'there is one document in this file, not two' }]);
  const result = schema.safeParse(toValue(tree));
  if (result.success) return result.data;
  throw unusable(file, explainIssues('the configuration of the controller', schema, tree, result.error.issues));
}

/** What a verb that works on the controller's files goes by, unless it is told otherwise. */
export const systemConfigFile = (): ControllerFile => (existsSync(SYSTEM_CONFIG) ? readConfigFile(SYSTEM_CONFIG) : {});

const unusable = (file: string, findings: readonly Finding[]): Fault =>
  new Fault('invalid', `cannot use ${file}`, { findings, hint: 'docs/controller.md lists its keys' });
