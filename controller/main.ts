import { openController } from './cli/choose-controller.ts';
import { addBackup } from './cli/commands/backup.ts';
import { addController } from './cli/commands/controller.ts';
import { addDown } from './cli/commands/down.ts';
import { addRestore } from './cli/commands/restore.ts';
import { addUp } from './cli/commands/up.ts';
import { buildProgram, cliOfProcess, runProgram } from './cli/main.ts';
import type { Config } from './config.ts';
import { createLog } from './log.ts';
import { VERSION } from './version.ts';

const withDatabase = () => import('./with-database.ts');

/** For those who were called. What is committed is on disk already. */
const ENDS_WITHIN_MS = 5_000;

async function runController(config: Config): Promise<void> {
  const ended = Promise.withResolvers<string>();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => ended.resolve(signal));
  const log = createLog(config.logLevel);
  const { startController } = await withDatabase();
  {
    await using life = new AsyncDisposableStack();
    await startController(config, log, life);
    log.info({ signal: await ended.promise }, 'controller is stopping');
    setTimeout(() => {
      log.warn('controller ends without waiting for those who do not answer');
      process.exit();
    }, ENDS_WITHIN_MS).unref();
  }
  // A host that vanished acknowledges no end of its connection, and the kernel would keep that, and this process, for minutes.
  process.exit();
}

// Whoever reads what is printed may have had enough of it: `promfleet schema | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

const cli = cliOfProcess(VERSION);
const program = buildProgram(cli);
addUp(program, cli, openController);
addDown(program, cli, openController);
addController(program, cli, runController);
addBackup(program, cli, openController, async (request) => (await withDatabase()).createBackup(request));
addRestore(program, cli, openController, {
  restore: async (request) => (await withDatabase()).restoreBackup(request),
  verify: async (file) => (await withDatabase()).verifyBackup(file),
});
process.exitCode = await runProgram(program, cli, process.argv.slice(2));
