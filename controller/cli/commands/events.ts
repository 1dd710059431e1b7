import type { Command } from 'commander';
import { Fault } from '../../../proto/fault.ts';
import type { FleetEvent } from '../../events/event.ts';
import { type Cli, example, type OpenClient, type Run, verb } from '../cli.ts';
import type { Client } from '../client.ts';
import { moment } from '../format.ts';
import { renderTable } from '../table.ts';
import { writeLines } from '../terminal.ts';
import { demandCount } from './apply.ts';

interface EventsOptions {
  readonly limit: string;
  readonly follow?: boolean;
}

export const addEvents = (program: Command, cli: Cli, open: OpenClient): Command =>
  program
    .command('events')
    .description('what happened: changes, hosts that came and went, units that failed; the newest last')
    .option('-n, --limit <n>', 'how many', '50')
    .option('-f, --follow', 'go on with what happens now')
    .addHelpText('after', example('promfleet events', 'promfleet events -n 200', 'promfleet events -f'))
    .action(verb<EventsOptions>(cli, open, runEvents));

async function runEvents({ cli, options, connect, print }: Run<EventsOptions>): Promise<void> {
  const limit = Math.min(demandCount('--limit', options.limit, 1), 1000);
  const client = await connect();
  const newest = () => client.get<FleetEvent[]>(`/v1/events?limit=${limit}`).then((events) => events.toReversed());
  if (!options.follow) {
    const events = await newest();
    print(events, (width) => (events.length === 0 ? ['Nothing happened yet.'] : renderEvents(events, width, cli)));
    return;
  }
  await follow(client, newest, (event) => {
    if (options.output === 'json') cli.out.write(`${JSON.stringify(event)}\n`);
    else writeLines(cli.out, [lineOf(event)]);
  });
}

/** What is told twice, as old and as new, is shown once. Ends with the connection. */
async function follow(
  client: Client,
  newest: () => Promise<FleetEvent[]>,
  show: (event: FleetEvent) => void,
): Promise<void> {
  const closed = Promise.withResolvers<void>();
  const early: FleetEvent[] = [];
  let told: ((event: FleetEvent) => void) | undefined;
  client.live(
    (message) => {
      if (message.type !== 'event') return;
      if (told) told(message.event);
      else early.push(message.event);
    },
    () => closed.resolve(),
  );
  const events = await newest();
  const listed = new Set(events.map(lineOf));
  for (const event of [...events, ...early.filter((one) => !listed.has(lineOf(one)))]) show(event);
  told = show;
  await closed.promise;
  throw new Fault('unavailable', 'the controller ended the connection', { hint: 'run it again once it answers' });
}

function renderEvents(events: readonly FleetEvent[], width: number, { out }: Cli): string[] {
  const columns = [{ title: 'WHEN' }, { title: 'WHAT' }, { title: 'WHERE' }, { title: 'DETAIL', shrinks: true }];
  const rows = events.map((event) => [moment(event.at), event.kind, whereOf(event), event.message]);
  return renderTable(columns, rows, width, out.paint);
}

const lineOf = (event: FleetEvent): string =>
  [moment(event.at), event.kind, whereOf(event), event.message].filter((part) => part !== '').join('  ');

const whereOf = ({ host, unit }: FleetEvent): string => (unit === '' ? host : `${unit}@${host}`);
