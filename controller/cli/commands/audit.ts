import type { Command } from 'commander';
import { type Cli, example, type OpenClient, verb } from '../cli.ts';
import { moment } from '../format.ts';
import { renderTable } from '../table.ts';
import { demandCount } from './apply.ts';

interface AuditRow {
  readonly at: number;
  readonly actor: string;
  readonly action: string;
  readonly target: string;
  readonly outcome: string;
}

const WORDS: Readonly<Record<string, string>> = {
  'PUT /v1/hosts/:name/labels': 'labelled host',
  'DELETE /v1/hosts/:name': 'removed host',
  'POST /v1/tokens': 'created a join token',
  'DELETE /v1/tokens/:id': 'revoked join token',
  'POST /v1/plan': 'planned folder',
  'PUT /v1/fleet': 'applied folder',
  'POST /v1/undo/plan': 'planned to go back to',
  'POST /v1/undo': 'went back to',
  'POST /v1/operators': 'created user',
  'DELETE /v1/operators/:name': 'revoked user',
  'POST /v1/authority/rotate': 'began to rotate the authority',
  'POST /v1/authority/finish': 'ended the rotation of the authority',
};
const DONE: Readonly<Record<string, string>> = {
  restart: 'restarted',
  reload: 'reloaded',
  stop: 'stopped',
  start: 'started',
};

/** `applied folder fleet`, `restarted node_exporter on vm`. */
export function sayAction(action: string, target: string): string {
  const [, verb = '', rest = ''] = /^(\S+) (.*)$/.exec(target) ?? [];
  if (action === 'POST /v1/operations') return `${DONE[verb] ?? verb} ${rest}`.trim() || 'operated';
  const named = /undo/.test(action) && /^[\d.]+$/.test(target) ? `revision ${target}` : target;
  return `${WORDS[action] ?? action} ${named}`.trim();
}

export const addAudit = (program: Command, cli: Cli, open: OpenClient): Command =>
  program
    .command('audit')
    .description('who asked for which change, and what came of it')
    .option('-n, --limit <n>', 'how many, newest first', '50')
    .addHelpText('after', example('promfleet audit', 'promfleet audit -n 1000 -o json'))
    .action(
      verb<{ limit: string }>(cli, open, async ({ options, connect, print }) => {
        const rows = await (await connect()).get<AuditRow[]>(
          `/v1/audit?limit=${demandCount('--limit', options.limit)}`,
        );
        print(rows, (width) => {
          const columns = [{ title: 'WHEN' }, { title: 'WHO' }, { title: 'WHAT', shrinks: true }, { title: 'OUTCOME' }];
          const cells = rows.map(({ at, actor, action, target, outcome }) => [
            moment(at),
            actor,
            sayAction(action, target),
            { text: outcome, style: outcome === 'ok' ? ('good' as const) : ('bad' as const) },
          ]);
          return renderTable(columns, cells, width, cli.out.paint);
        });
      }),
    );
