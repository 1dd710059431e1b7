import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Applied, Plan } from '../../http/fleet.ts';
import type { CreatedOperator } from '../../http/operators.ts';
import type { StatusView } from '../../http/views.ts';
import { type Cli, example, type OpenClient, type Run, verb } from '../cli.ts';
import type { Client } from '../client.ts';
import { folderBody, readFolder } from '../folder.ts';
import { follow } from '../follow.ts';
import { count, shortDuration } from '../format.ts';
import { renderPlan } from '../plan-view.ts';
import { createHome, quickStartDirectory, quickStartHome, readOrChoosePorts } from '../quick-start/home.ts';
import { PageKey } from '../quick-start/page-key.ts';
import { ensureAgent, ensureController, ensureFolder, openHome } from '../quick-start/steps.ts';
import { wrap } from '../table.ts';
import { writeLines } from '../terminal.ts';
import { judgeChange } from '../verdict.ts';
import { requestPlan } from './plan.ts';

interface UpOptions {
  readonly dir: string;
  readonly file?: string;
}

const PATIENCE_MS = 300_000;

export function addUp(program: Command, cli: Cli, open: OpenClient): void {
  program
    .command('up')
    .description(
      'the quick start: a controller and one agent on this machine, node_exporter and Prometheus installed and scraping',
    )
    .option('--dir <directory>', 'everything lies below it', quickStartDirectory())
    .option('-f, --file <folder>', 'a fleet of your own instead of the starter')
    .addHelpText('after', example('promfleet up', 'promfleet up --dir ~/try -f ./fleet'))
    .action(verb(cli, open, up));
}

async function up({ cli, options }: Run<UpOptions>): Promise<number> {
  const startedAt = cli.now();
  const home = quickStartHome(options.dir);
  const say = (line: string) => writeLines(cli.out, [line]);
  const done = (what: string, detail: string) => say(`${cli.out.paint('good', '✓')} ${what.padEnd(11)} ${detail}`);

  createHome(home);
  const { ports, moved } = await readOrChoosePorts(home);
  for (const note of moved) say(`  ${note}`);
  const startedController = await ensureController(cli, home, ports);
  done('controller', `${startedController ? 'started' : 'runs already'}, below ${home.controller}`);
  const client = openHome(cli, home);
  const startedAgent = await ensureAgent(cli, home, ports);
  const { hosts } = await client.get<StatusView>('/v1/status');
  done(
    'agent',
    `${startedAgent ? 'started' : 'runs already'}, enrolled as ${hosts.map((host) => host.name).join(', ')}`,
  );

  const folder = resolve(ensureFolder(home, ports, options.file));
  const plan = await applyFolder(cli, client, folder);
  done('fleet', plan.changes ? `${folder} applied` : `${folder}, nothing to change`);
  for (const note of buildNotes(plan))
    writeLines(
      cli.out,
      wrap(note, cli.out.width - 4).map((line) => `  ${line}`),
    );

  const verdict = await follow(client, cli.out, {
    title: 'promfleet up',
    judge: judgeChange,
    now: cli.now,
    timeoutMs: PATIENCE_MS,
  });
  if (verdict.kind === 'failed') {
    writeLines(cli.err, [
      '',
      ...verdict.lines,
      '',
      `The rest runs on. Mend it and run "promfleet up" again; logs are below ${home.log}`,
    ]);
    return 1;
  }
  const status = await client.get<StatusView>('/v1/status');
  const units = status.hosts.flatMap((host) => host.units);
  say('');
  say(cli.out.paint('strong', `${count(units.length, 'unit')} ready after ${shortDuration(cli.now() - startedAt)}`));
  const key = await new PageKey(home).obtain(cli.now(), () =>
    client.send<CreatedOperator>('POST', '/v1/operators', PageKey.request(cli.now())),
  );
  writeLines(cli.out, [
    '',
    `  live page   http://127.0.0.1:${ports.pagePort}/#key=${key}`,
    ...units
      .filter((unit) => unit.component === 'prometheus')
      .map((unit) => `  Prometheus  http://127.0.0.1:${unit.port}`),
    `  fleet       ${folder}`,
    '',
    '  next        promfleet status',
    '              promfleet logs UNIT@HOST -f',
    '              edit the fleet, then promfleet plan -f … and promfleet apply -f …',
    '              promfleet down',
  ]);
  return 0;
}

async function applyFolder(cli: Cli, client: Client, directory: string): Promise<Plan> {
  const folder = readFolder(directory);
  const plan = await requestPlan(client, cli, directory, folder);
  if (!plan.changes) return plan;
  writeLines(cli.out, ['', ...renderPlan(plan, cli.out.width, cli.out.paint, false), '']);
  const body = { ...folderBody(folder), base: plan.base, note: 'promfleet up' };
  return (await client.send<Applied>('PUT', '/v1/fleet', body)).plan;
}

/** Debian's builds are other programs than upstream's in ways that a newcomer would stumble on. */
function buildNotes(plan: Plan): string[] {
  if (!plan.releases.some((release) => release.build.startsWith('debian'))) return [];
  return [
    'Some releases are Debian’s builds, since no source before apt answered with one. They lack Prometheus’s own web UI (the live page below has a query box) and some service discoveries (consul, kubernetes, azure …).',
  ];
}
