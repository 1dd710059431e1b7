import type { Command } from 'commander';
import { Fault } from '../../../proto/fault.ts';
import type { CreatedToken, TokenView } from '../../http/tokens.ts';
import { type Cli, example, type OpenClient, verb } from '../cli.ts';
import { moment, shortDuration, showLabels } from '../format.ts';
import type { Paint } from '../paint.ts';
import { renderTable } from '../table.ts';
import { demandCount, demandDuration } from './apply.ts';

export function addToken(program: Command, cli: Cli, open: OpenClient): Command {
  const token = program
    .command('token')
    .description('the right to join: create, list and revoke join tokens')
    .addHelpText('after', example('promfleet token create --label role=db', 'promfleet token list'));
  addCreate(token, cli, open);
  token
    .command('list')
    .description('every join token, the used and expired too')
    .addHelpText('after', example('promfleet token list'))
    .action(
      verb(cli, open, async ({ connect, print }) => {
        const all = await (await connect()).get<TokenView[]>('/v1/tokens');
        print(all, (width) => renderTable(COLUMNS, all.map(row), width, cli.out.paint));
      }),
    );
  token
    .command('revoke')
    .description('ends a join token; hosts that joined with it stay')
    .argument('<id>')
    .addHelpText('after', example('promfleet token revoke 5f0c2d1e'))
    .action(
      verb(cli, open, async ({ args, connect, print }) => {
        const id = args[0] ?? '';
        await (await connect()).send('DELETE', `/v1/tokens/${encodeURIComponent(id)}`);
        print({ revoked: id }, () => [`Token ${id} is revoked.`]);
      }),
    );
  return token;
}

interface CreateOptions {
  readonly uses: string;
  readonly ttl: string;
  readonly label: readonly string[];
}

const addCreate = (token: Command, cli: Cli, open: OpenClient): Command =>
  token
    .command('create')
    .description('a join token, in the one line that enrols a host')
    .option('--uses <n>', 'how many hosts may join with it', '1')
    .option('--ttl <duration>', 'how long it is good for', '1h')
    .option('--label <name=value>', 'a label for every host that joins with it; may be repeated', collect, [])
    .addHelpText(
      'after',
      example('promfleet token create', 'promfleet token create --uses 20 --ttl 1d --label role=db'),
    )
    .action(
      verb<CreateOptions>(cli, open, async ({ options, connect, print }) => {
        const created = await (await connect()).send<CreatedToken>('POST', '/v1/tokens', {
          uses: demandCount('--uses', options.uses, 1),
          lastsMs: demandDuration('--ttl', options.ttl),
          labels: readLabels(options.label),
        });
        print(created, () => tokenLines(created, options.uses, cli.out.paint));
      }),
    );

export function tokenLines(created: CreatedToken, uses: string, paint: Paint): readonly string[] {
  const remark = (text: string) => paint('dim', `# ${text}`);
  const until = moment(created.expiresAt);
  const good = `good for ${uses === '1' ? 'one host' : `${uses} hosts`}, until ${until}`;
  if (!created.install) {
    const why = `Where the agent is already, as root; ${good}.`;
    return [remark(why), remark(`For a bare host: ${created.installProblem ?? ''}.`), enrolLine(created)];
  }
  const { line, url, sha256 } = created.install;
  return [
    remark(`On the host; ${good}:`),
    line,
    '',
    remark(
      'In two steps, where curl is older than 7.39 or there is only another program; the digest proves the script:',
    ),
    `curl -fsSk -o install.sh ${url}   ${remark('or: wget --no-check-certificate')}`,
    `echo '${sha256}  install.sh' | sha256sum -c && echo ${created.token} | sudo sh install.sh`,
    '',
    remark('Where the agent is already, as root:'),
    enrolLine(created),
  ];
}

/** Joins, then stays: for a host that has the agent. */
export const enrolLine = ({ token, enrolAddress, ca }: CreatedToken): string =>
  `PROMFLEET_TOKEN=${token} promfleet-agent enrol --controller ${enrolAddress} --ca ${ca} && promfleet-agent run`;

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];

export function readLabels(given: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    given.map((text) => {
      const at = text.indexOf('=');
      if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
      throw new Fault('invalid', `cannot understand label ${text}`, { hint: 'write NAME=VALUE' });
    }),
  );
}

const COLUMNS = [
  { title: 'ID' },
  { title: 'STATE' },
  { title: 'USES LEFT', right: true },
  { title: 'EXPIRES' },
  { title: 'CREATED BY' },
  { title: 'LASTS', right: true },
  { title: 'LABELS', shrinks: true },
];

const row = (token: TokenView) => [
  token.id,
  { text: token.state, style: token.state === 'valid' ? ('good' as const) : ('dim' as const) },
  String(token.usesLeft),
  moment(token.expiresAt),
  token.createdBy,
  shortDuration(token.expiresAt - token.createdAt),
  showLabels(token.labels),
];
