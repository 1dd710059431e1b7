import { userInfo } from 'node:os';
import { Command, CommanderError, Option } from 'commander';
import { Fault } from '../../proto/fault.ts';
import { askOn, readAll } from './ask.ts';
import { openController } from './choose-controller.ts';
import type { Cli } from './cli.ts';
import { addApply } from './commands/apply.ts';
import { addAudit } from './commands/audit.ts';
import { addAuthority } from './commands/authority.ts';
import { addCheck } from './commands/check.ts';
import { addClient } from './commands/client.ts';
import { addCompletion } from './commands/completion.ts';
import { addContext } from './commands/context.ts';
import { addDiff } from './commands/diff.ts';
import { addEvents } from './commands/events.ts';
import { addFmt } from './commands/fmt.ts';
import { addGet } from './commands/get.ts';
import { addHistory } from './commands/history.ts';
import { addHost } from './commands/host.ts';
import { addHosts } from './commands/hosts.ts';
import { addLogin } from './commands/login.ts';
import { addLogs } from './commands/logs.ts';
import { addNew } from './commands/new.ts';
import { addOpenapi } from './commands/openapi.ts';
import { addOperations } from './commands/operations.ts';
import { addPlan } from './commands/plan.ts';
import { addSchema } from './commands/schema.ts';
import { addSecret } from './commands/secret.ts';
import { addStatus } from './commands/status.ts';
import { addTargets } from './commands/targets.ts';
import { addToken } from './commands/token.ts';
import { addUndo } from './commands/undo.ts';
import { addUser } from './commands/user.ts';
import { renderFault } from './findings.ts';
import { terminalOn, writeLines } from './terminal.ts';

const VERBS = {
  'The fleet, from its folder:': [addCheck, addPlan, addApply, addUndo, addHistory, addGet, addSecret],
  'Writing it:': [addNew, addFmt, addSchema],
  'How it is:': [addStatus, addHosts, addHost, addDiff, addEvents, addTargets, addLogs],
  'By hand:': [addOperations],
  'Who may join, and who may do what:': [addToken, addClient, addUser, addAudit, addAuthority],
  'Which controller, and how to speak to it:': [addLogin, addContext, addOpenapi, addCompletion],
};

/** What the verbs of this process are given. */
export function cliOfProcess(version: string): Cli {
  const { env, stdin, stdout, stderr } = process;
  return {
    version,
    env,
    user: userName(),
    out: terminalOn(stdout, env),
    err: terminalOn(stderr, env),
    now: () => Date.now(),
    isInteractive: stdin.isTTY && stderr.isTTY,
    ask: askOn(stdin, stderr),
    readInput: () => readAll(stdin),
    exitCode: 0,
  };
}

/** A user that the machine has no name for still has a number. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid-${process.getuid?.() ?? 0}`;
  }
}

/** Every verb that speaks to a controller. Those that run daemons are added by the wiring. */
export function buildProgram(cli: Cli): Command {
  const program = new Command('promfleet')
    .description(
      'Prometheus and its exporters on machines without Kubernetes: installed, configured, upgraded, watched.',
    )
    .version(cli.version, '-V, --version')
    .addOption(new Option('-o, --output <format>', 'how to print').choices(['table', 'json', 'yaml']).default('table'))
    .option('--context <name>', 'a controller that you logged in to (or PROMFLEET_CONTEXT)')
    .option('--socket <path>', 'a controller on this machine (or PROMFLEET_SOCKET)')
    .helpCommand(false)
    .showSuggestionAfterError()
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
    .exitOverride()
    .configureOutput({
      writeOut: (text) => cli.out.write(text),
      writeErr: (text) => cli.err.write(text),
      outputError: (text, write) => write(inOwnWords(text)),
      getOutHelpWidth: () => cli.out.width,
      getErrHelpWidth: () => cli.err.width,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });
  for (const [group, verbs] of Object.entries(VERBS)) {
    program.commandsGroup(group);
    for (const add of verbs) add(program, cli, openController);
  }
  return program.commandsGroup('Running promfleet:');
}

/** A word too many may be a secret: it is not said again. */
const inOwnWords = (text: string): string =>
  text.replace(/^error: /, 'promfleet: ').replace(/^(.*too many arguments .* but got \d+): [^]*$/, '$1.\n');

/** Runs what was typed; whatever goes wrong is shown with what to do about it. Answers the exit code. */
export async function runProgram(program: Command, cli: Cli, argv: readonly string[]): Promise<number> {
  try {
    await program.parseAsync(argv, { from: 'user' });
    return cli.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    showError(cli, program.opts<{ output: string }>().output, error);
    return 1;
  }
}

function showError(cli: Cli, format: string, error: unknown): void {
  if (!(error instanceof Fault)) {
    cli.err.write(`promfleet: this is a bug: ${error instanceof Error ? error.stack : String(error)}\n`);
    return;
  }
  const { code, message, hint, findings } = error;
  if (format === 'json') cli.out.write(`${JSON.stringify({ error: { code, message, hint, findings } }, null, 2)}\n`);
  writeLines(cli.err, renderFault(error, cli.err.width, cli.err.paint, cli.err.isTerminal));
}
