import type { Command } from 'commander';
import type { RevisionDetail, RevisionView } from '../../http/fleet.ts';
import { type Cli, example, type OpenClient, verb } from '../cli.ts';
import { moment } from '../format.ts';
import type { Paint } from '../paint.ts';
import { renderDiff } from '../plan-view.ts';
import { renderTable } from '../table.ts';
import { demandCount } from './apply.ts';

export const addHistory = (program: Command, cli: Cli, open: OpenClient): Command =>
  program
    .command('history')
    .description('every change of what is wanted: when, by whom, and why; with a revision, which files it changed')
    .argument('[revision]')
    .option('-n, --limit <n>', 'how many', '20')
    .addHelpText('after', example('promfleet history', 'promfleet history 7'))
    .action(
      verb<{ limit: string }>(cli, open, async ({ args, options, connect, print }) => {
        const client = await connect();
        const { paint } = cli.out;
        if (args[0] !== undefined) {
          const detail = await client.get<RevisionDetail>(`/v1/revisions/${encodeURIComponent(args[0])}`);
          print(detail, () => renderRevision(detail, paint));
          return;
        }
        const all = await client.get<RevisionView[]>(`/v1/revisions?limit=${demandCount('--limit', options.limit)}`);
        print(all, (width) => renderHistory(all, width, paint));
      }),
    );

function renderHistory(all: readonly RevisionView[], width: number, paint: Paint): string[] {
  if (all.length === 0) return ['Nothing was applied yet. "promfleet apply -f DIR" says what runs where.'];
  const columns = [
    { title: 'REVISION', right: true },
    { title: 'WHEN' },
    { title: 'CAUSE' },
    { title: 'BY' },
    { title: 'NOTE', shrinks: true },
  ];
  const rows = all.map(({ revision, createdAtMs, actor, cause, note }) => [
    revision,
    moment(createdAtMs),
    cause,
    actor,
    note,
  ]);
  return renderTable(columns, rows, width, paint);
}

export function renderRevision(detail: RevisionDetail, paint: Paint): string[] {
  const { revision, createdAtMs, actor, cause, note, previous, files, releases } = detail;
  return [
    paint('strong', `revision ${revision}`) + `, ${cause} by ${actor} at ${moment(createdAtMs)}`,
    ...(note === '' ? [] : [`    ${note}`]),
    ...(releases.length === 0 ? [] : ['', ...releases.map((release) => paint('dim', `  ${release}`))]),
    '',
    ...(files.length === 0 ? [`No file differs${previous === '' ? '' : ` from revision ${previous}`}.`] : []),
    ...files.flatMap(({ folder, path, change, diff }) => [
      paint('strong', `${folder}/${path}`) + ` ${change}`,
      ...renderDiff(diff, paint),
      '',
    ]),
  ];
}
