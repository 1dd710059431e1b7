import type { Command } from 'commander';
import { type Cli, example, type OpenClient, verb } from '../cli.ts';

export const addOpenapi = (program: Command, cli: Cli, open: OpenClient): Command =>
  program
    .command('openapi')
    .description('the controller’s HTTP API, as OpenAPI 3.1')
    .addHelpText('after', example('promfleet openapi > promfleet.json'))
    .action(
      verb(cli, open, async ({ connect, print }) => {
        const document = await (await connect()).get<object>('/v1/openapi.json');
        print(document, () => JSON.stringify(document, null, 2).split('\n'));
      }),
    );
