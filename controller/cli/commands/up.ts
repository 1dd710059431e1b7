import { resolve } from 'node:path';
import type { Command } from 'commander';
import { Fault } from '../../../proto/fault.ts';
import { checkFolder } from '../../fleet/check-folder.ts';
import type { Applied, Plan } from '../../http/fleet.ts';
import type { CreatedOperator } from '../../http/operators.ts';
import type { StatusView } from '../../http/views.ts';
import { type Cli, example, type OpenClient, type Run, verb } from '../cli.ts';
import type { Client } from '../client.ts';
import { folderBody, placeFindings, readFolder } from '../folder.ts';
import { follow } from '../follow.ts';
import { count, shortDuration } from '../format.ts';
import { lookOn, renderPlan } from '../plan-view.ts';
import {
  createHome,
  type Ports,
  type QuickStartHome,
  quickStartDirectory,
  quickStartHome,
  readOrChoosePorts,
} from '../quick-start/home.ts';
import { PageKey } from '../quick-start/page-key.ts';
import { ensureAgent, ensureController, ensureFolder, openHome } from '../quick-start/steps.ts';
import { DEBIAN_BUILDS, summaryLines } from '../quick-start/summary.ts';
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
  // What can be told before anything is started is told before anything is started.
  if (options.file) refuseBadFolder(options.file);
  createHome(home);
  const { ports, moved } = await readOrChoosePorts(home);
  writeLines(
    cli.out,
    moved.map((note) => `  ${note}`),
  );
  await startDaemons(cli, home, ports);
  const client = openHome(cli, home);
  const folder = await applyWhatIsMeant(cli, client, home, ports, options.file);

  const following = { title: 'promfleet up', judge: judgeChange, now: cli.now, timeoutMs: PATIENCE_MS };
  const verdict = await follow(client, cli.out, following);
  if (verdict.kind === 'failed') {
    const next = `The rest runs on. Mend it and run "promfleet up" again; logs are below ${home.log}`;
    writeLines(cli.err, ['', ...verdict.lines, '', next]);
    return 1;
  }
  const status = await client.get<StatusView>('/v1/status');
  const units = status.hosts.flatMap((host) => host.units);
  const ready = `${count(units.length, 'unit')} ready after ${shortDuration(cli.now() - startedAt)}`;
  const pageKey = await new PageKey(home).obtain(cli.now(), () =>
    client.send<CreatedOperator>('POST', '/v1/operators', PageKey.request(cli.now())),
  );
  const program = cli.env['npm_command'] ? 'npx promfleet' : 'promfleet';
  const isDefaultHome = home.directory === quickStartDirectory();
  const summary = summaryLines({ home, isDefaultHome, ports, status, pageKey, folder, program });
  writeLines(cli.out, ['', cli.out.paint('strong', ready), ...summary]);
  return 0;
}

function refuseBadFolder(directory: string): void {
  const folder = readFolder([directory]);
  const { findings } = checkFolder(folder.files);
  if (findings.length === 0) return;
  throw new Fault('invalid', `cannot start with ${directory}: ${count(findings.length, 'error')} in it`, {
    findings: placeFindings(folder, findings),
    hint: 'nothing was started',
  });
}

async function startDaemons(cli: Cli, home: QuickStartHome, ports: Ports): Promise<void> {
  const startedController = await ensureController(cli, home, ports);
  done(cli, 'controller', `${startedController ? 'started' : 'runs already'}, below ${home.controller}`);
  const startedAgent = await ensureAgent(cli, home, ports);
  const { hosts } = await openHome(cli, home).get<StatusView>('/v1/status');
  const names = hosts.map((host) => host.name).join(', ');
  done(cli, 'agent', `${startedAgent ? 'started' : 'runs already'}, enrolled as ${names}`);
}

const done = (cli: Cli, what: string, detail: string): void =>
  writeLines(cli.out, [`${cli.out.paint('good', '✓')} ${what.padEnd(11)} ${detail}`]);

/** The folder that was named; or the starter, once. A fleet that was applied since is the operator's: it is left as it is. */
async function applyWhatIsMeant(
  cli: Cli,
  client: Client,
  home: QuickStartHome,
  ports: Ports,
  given: string | undefined,
): Promise<string | undefined> {
  const { fleet } = await client.get<StatusView>('/v1/status');
  if (fleet && !given) {
    done(cli, 'fleet', `revision ${fleet.revision} as it is; -f FOLDER applies another`);
    return undefined;
  }
  const folder = resolve(ensureFolder(home, ports, given));
  const plan = await applyFolder(cli, client, folder);
  done(cli, 'fleet', plan.changes ? `${folder} applied` : `${folder}, nothing to change`);
  if (plan.releases.some((release) => release.build.startsWith('debian'))) {
    writeLines(
      cli.out,
      wrap(DEBIAN_BUILDS, cli.out.width - 4).map((line) => `  ${line}`),
    );
  }
  return folder;
}

async function applyFolder(cli: Cli, client: Client, directory: string): Promise<Plan> {
  const folder = readFolder([directory]);
  const plan = await requestPlan(client, cli, folder);
  if (!plan.changes) return plan;
  writeLines(cli.out, ['', ...renderPlan(plan, { ...lookOn(cli.out), diffs: false }), '']);
  const body = { ...folderBody(folder), base: plan.base, note: 'promfleet up' };
  return (await client.send<Applied>('PUT', '/v1/fleet', body)).plan;
}
