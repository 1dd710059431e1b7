import { type Command, Option } from 'commander';
import type { AuthorityView } from '../../http/authority.ts';
import type { CreatedOperator, OperatorView } from '../../http/operators.ts';
import { type Cli, example, type OpenClient, verb } from '../cli.ts';
import { moment } from '../format.ts';
import { renderTable } from '../table.ts';
import { demandDuration } from './apply.ts';

export function addUser(program: Command, cli: Cli, open: OpenClient): Command {
  const user = program
    .command('user')
    .description('who may use this controller, and for what')
    .addHelpText('after', example('promfleet user create alice --role operator', 'promfleet user list'));
  addCreate(user, cli, open);
  user
    .command('list')
    .description('everyone who has a credential')
    .addHelpText('after', example('promfleet user list'))
    .action(
      verb(cli, open, async ({ connect, print }) => {
        const all = await (await connect()).get<OperatorView[]>('/v1/operators');
        print(all, (width) => renderTable(COLUMNS, all.map(row), width, cli.out.paint));
      }),
    );
  user
    .command('revoke')
    .description('ends a credential at once')
    .argument('<name>')
    .addHelpText('after', example('promfleet user revoke alice'))
    .action(
      verb(cli, open, async ({ args, connect, print }) => {
        const name = args[0] ?? '';
        await (await connect()).send('DELETE', `/v1/operators/${encodeURIComponent(name)}`);
        print({ revoked: name }, () => [`The credential of ${name} is revoked.`]);
      }),
    );
  return user;
}

const addCreate = (user: Command, cli: Cli, open: OpenClient): Command =>
  user
    .command('create')
    .description('a credential for someone; it is shown once')
    .argument('<name>')
    .addOption(
      new Option('--role <role>', 'viewer sees, operator changes the fleet, admin also says who may')
        .choices(['viewer', 'operator', 'admin'])
        .makeOptionMandatory(),
    )
    .option('--ttl <duration>', 'how long it is good for', '90d')
    .addHelpText(
      'after',
      example('promfleet user create alice --role operator', 'promfleet user create ci --role operator --ttl 365d'),
    )
    .action(
      verb<{ role: string; ttl: string }>(cli, open, async ({ args, options, connect, print }) => {
        const body = { name: args[0] ?? '', role: options.role, lastsMs: demandDuration('--ttl', options.ttl) };
        const client = await connect();
        const created = await client.send<CreatedOperator>('POST', '/v1/operators', body);
        const { roots } = await client.get<AuthorityView>('/v1/authority');
        const ca = roots.find(({ signs }) => signs)?.fingerprint ?? '';
        const where = client.where.startsWith('/') ? 'HOST:9440' : client.where;
        print(created, () => [
          cli.out.paint(
            'dim',
            `# ${created.name}, ${created.role}, until ${moment(created.expiresAt)}. It is not shown again:`,
          ),
          created.credential,
          cli.out.paint('dim', '# Hand it over by a safe way. They type this, and are asked for it:'),
          `promfleet login ${where} --ca sha256:${ca}`,
        ]);
      }),
    );

const COLUMNS = [
  { title: 'NAME' },
  { title: 'ROLE' },
  { title: 'STATE' },
  { title: 'EXPIRES' },
  { title: 'CREATED BY', shrinks: true },
];

const row = (operator: OperatorView) => [
  operator.name,
  operator.role,
  { text: operator.state, style: operator.state === 'valid' ? ('good' as const) : ('dim' as const) },
  moment(operator.expiresAt),
  operator.createdBy,
];
