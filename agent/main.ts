import { text } from 'node:stream/consumers';
import { Fault, messageOf } from '../proto/fault.ts';
import { workApart, writeComplaint } from './apart.ts';
import { bringApart, type Errand, runErrand } from './bring-apart.ts';
import { type Command, readCommand, USAGE } from './config.ts';
import { enrolHost } from './enrol.ts';
import { lastingMachineId, readFacts, readVirtualisation } from './host-facts.ts';
import { layoutOf } from './install/layout.ts';
import { openLog } from './log.ts';
import { checkSettings, noteSettings, showSettings } from './narrowing/check-settings.ts';
import { type RunOptions, runAgent } from './run.ts';
import { demandIdentity, setControllers, showControllers } from './set-controllers.ts';
import { IdentityFile } from './state/identity-file.ts';
import { readReportFile } from './state/report-file.ts';
import { readSession } from './state/session-file.ts';
import { demandReadable } from './state/state-directory.ts';
import { showStatus } from './status.ts';
import { uninstall } from './uninstall.ts';
import { AGENT_VERSION } from './version.ts';
import { waitForSession } from './wait.ts';

async function obey(command: Command): Promise<void> {
  switch (command.kind) {
    case 'version':
      return say(`promfleet-agent ${AGENT_VERSION}\n`);
    case 'help':
      return say(USAGE);
    case 'status':
      return status(command);
    case 'wait':
      demandReadable(layoutOf(command.home).state, 'see a session');
      return say(`connected to ${await waitForSession(layoutOf(command.home).state, command.seconds)}\n`);
    case 'check-config':
      return say(showSettings(await checkSettings(layoutOf(command.home))));
    case 'enrol':
      return enrol(command);
    case 'uninstall':
      return uninstall({ ...command, layout: layoutOf(command.home), now: Date.now, log: openLog('warn') });
    case 'controllers':
      return controllers(command);
    case 'bring':
      endWithParent();
      return runErrand(
        JSON.parse(command.errand) as Errand,
        (line) => say(`${line}\n`),
        () => performance.now(),
      );
    case 'virtualisation':
      endWithParent();
      return say(await readVirtualisation());
    case 'run':
      return run(command);
  }
}

async function enrol({ home, supervisor, enrolment }: Extract<Command, { kind: 'enrol' }>): Promise<void> {
  const { state } = layoutOf(home);
  const token = (process.env['PROMFLEET_TOKEN'] ?? (await text(process.stdin))).trim();
  const { host, isNew } = await enrolHost({
    state,
    options: enrolment,
    token,
    facts: readFacts(supervisor),
    machineId: lastingMachineId(),
    now: Date.now,
  });
  say(isNew ? `enrolled as ${host}\n` : `this host is enrolled already, as ${host}\n`);
  say(await noteSettings(layoutOf(home)));
}

async function controllers({ home, words }: Extract<Command, { kind: 'controllers' }>): Promise<void> {
  const { state } = layoutOf(home);
  demandReadable(state, 'tell where the controller is');
  const file = new IdentityFile(state);
  say(showControllers(words.length === 0 ? demandIdentity(file) : await setControllers(file, words)));
}

function status({ home, isJson }: Extract<Command, { kind: 'status' }>): void {
  const { state } = layoutOf(home);
  demandReadable(state, 'tell the status');
  const report = readReportFile(state);
  const { host, sessions = [] } = new IdentityFile(state).read() ?? {};
  const standing = { host, controllers: sessions, session: readSession(state) };
  say(
    isJson ? `${JSON.stringify({ ...report, ...standing }, undefined, 2)}\n` : showStatus(report, standing, Date.now()),
  );
}

async function run({ home, supervisor, logLevel }: Extract<Command, { kind: 'run' }>): Promise<void> {
  const ending = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => ending.abort());
  const apart = workApart(process.argv[1] as string);
  const options: RunOptions = {
    layout: layoutOf(home),
    supervisor,
    machineId: lastingMachineId(),
    bring: (address) => bringApart(apart, home, address),
    virtualisation: () => apart(['virtualisation']),
    log: openLog(logLevel),
    now: Date.now,
    ticks: () => performance.now(),
    chance: Math.random,
  };
  await runAgent(options, ending.signal);
}

/** The agent that wants it is gone: so is the need. */
function endWithParent(): void {
  process.stdin.on('end', () => process.exit(1)).resume();
}

function say(words: string): void {
  process.stdout.write(words);
}

async function main(): Promise<void> {
  // A hardened umask must not close releases to the users that run them; what is secret has a mode of its own.
  process.umask(0o022);
  let command: Command | undefined;
  try {
    command = readCommand(process.argv.slice(2));
    await obey(command);
  } catch (error) {
    process.stderr.write(command && isApart(command) ? writeComplaint(error) : complaintOf(error));
    process.exitCode = 1;
  }
  // Sockets that are on their way down must not hold the process up.
  process.exit();
}

/** The daemon reads what it says. */
const isApart = ({ kind }: Command): boolean => kind === 'bring' || kind === 'virtualisation';

function complaintOf(error: unknown): string {
  const hint = error instanceof Fault && error.hint ? `\n  ${error.hint}` : '';
  return `promfleet-agent: ${messageOf(error)}${hint}\n`;
}

void main();
