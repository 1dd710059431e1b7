import type { Command } from 'commander';
import type { AuthorityView } from '../../http/authority.ts';
import { type Cli, example, type OpenClient, verb } from '../cli.ts';
import { moment } from '../format.ts';
import type { Paint } from '../paint.ts';

const VERBS = {
  status: {
    on: 'GET',
    path: '/v1/authority',
    description: 'which certificate authorities are trusted, and who still needs the old one',
  },
  rotate: {
    on: 'POST',
    path: '/v1/authority/rotate',
    description: 'begins to replace the authority: two are trusted until it is finished',
  },
  finish: {
    on: 'POST',
    path: '/v1/authority/finish',
    description: 'ends a rotation: the old authority is trusted no more',
  },
} as const;

export function addAuthority(program: Command, cli: Cli, open: OpenClient): Command {
  const authority = program
    .command('authority')
    .description('the certificate authority that hosts and operators trust; with no verb, its status')
    .addHelpText('after', example('promfleet authority', 'promfleet authority rotate', 'promfleet authority finish'));
  for (const [name, { on, path, description }] of Object.entries(VERBS)) {
    authority
      .command(name, { isDefault: name === 'status' })
      .description(description)
      .addHelpText('after', example(`promfleet authority ${name}`))
      .action(
        verb(cli, open, async ({ connect, print }) => {
          const client = await connect();
          const view =
            on === 'GET' ? await client.get<AuthorityView>(path) : await client.send<AuthorityView>(on, path);
          print(view, () => renderAuthority(view, cli.out.paint));
        }),
      );
  }
  return authority;
}

export function renderAuthority({ roots, rotating, waitingFor }: AuthorityView, paint: Paint): string[] {
  const lines = roots.map(
    ({ fingerprint, until, signs }) =>
      `${signs ? paint('good', '●') : paint('dim', '○')} sha256:${fingerprint}\n  ${signs ? 'signs' : 'is trusted'}, until ${moment(until)}`,
  );
  if (!rotating) return lines;
  const next =
    waitingFor.length > 0
      ? `Still with a certificate of the old one: ${waitingFor.join(', ')}. Each takes the new one when it connects.`
      : 'Every host has a certificate of the new one. End it with: promfleet authority finish';
  return [...lines, '', next];
}
