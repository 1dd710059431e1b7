import type { Command } from 'commander';
import { fleetSchema, schemaOf } from '../../fleet/json-schema/json-schema.ts';
import { type Cli, example, type OpenClient, verb } from '../cli.ts';

const EDITORS = `
Editors that know the YAML language server complete and check a file that begins with
  # yaml-language-server: $schema=.promfleet.schema.json
A controller has it, too: GET /v1/schema.
`;

export const addSchema = (program: Command, cli: Cli, open: OpenClient): Command =>
  program
    .command('schema')
    .description('the fleet language as a JSON Schema (draft 7), for editors')
    .argument('[kind]', 'of one kind alone')
    .addHelpText('after', EDITORS + example('promfleet schema > .promfleet.schema.json', 'promfleet schema Exporter'))
    .action(
      verb(cli, open, ({ args, print }) => {
        const schema = args[0] === undefined ? fleetSchema() : schemaOf(args[0]);
        print(schema, () => JSON.stringify(schema, null, 2).split('\n'));
      }),
    );
