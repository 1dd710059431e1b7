import type { Command } from 'commander';
import {
  type Config,
  type ControllerFlags,
  DEFAULT_DIRECTORY,
  DEFAULT_LISTEN,
  DEFAULT_LOG_LEVEL,
  DEFAULT_PORTS,
  readConfig,
} from '../../config.ts';
import { readConfigFile } from '../../config-file.ts';
import { type Cli, example } from '../cli.ts';
import { writeLines } from '../terminal.ts';

type Options = ControllerFlags & { readonly config?: string; readonly check?: boolean };

/** `run` is handed in: the program that people type does not know how a controller is wired. */
export function addController(program: Command, cli: Cli, run: (config: Config) => Promise<void>): void {
  const { apiPort, sessionPort, enrolmentPort } = DEFAULT_PORTS;
  program
    .command('controller')
    .description('run the controller: embedded database, embedded certificate authority, no other service needed')
    .option('--config <file>', 'a YAML file with the settings below; a flag is more than the file')
    .option('--dir <directory>', `database, keys and releases (default: ${DEFAULT_DIRECTORY})`)
    .option('--control-socket <path>', 'where its administrators reach it (default: control.sock in that directory)')
    .option('--listen <address>', `address to listen on (default: ${DEFAULT_LISTEN})`)
    .option('--name <name...>', 'names and addresses that hosts and operators reach it by (default: the host name)')
    .option('--api-port <port>', `operators, HTTPS (default: ${apiPort})`)
    .option('--session-port <port>', `agents, mutual TLS (default: ${sessionPort})`)
    .option('--enrolment-port <port>', `hosts that join (default: ${enrolmentPort})`)
    .option('--page-port <port>', 'also serve the live page over plain HTTP, on this machine only')
    .option('--log-level <level>', `debug, info, warn or error (default: ${DEFAULT_LOG_LEVEL})`)
    .option('--check', 'reads the configuration, shows it, and starts nothing')
    .addHelpText(
      'after',
      example(
        'promfleet controller --name mon.example.com',
        'promfleet controller --config /etc/promfleet/controller.yaml --check',
      ),
    )
    .action(async ({ config: file, check, ...flags }: Options) => {
      const config = readConfig(flags, file === undefined ? {} : readConfigFile(file));
      if (check) writeLines(cli.out, showConfig(config));
      else await run(config);
    });
}

const showConfig = (config: Config): string[] =>
  Object.entries(config).flatMap(([name, value]: [string, string | number | readonly string[] | undefined]) =>
    value === undefined ? [] : [`${name}: ${[value].flat().join(', ')}`],
  );
