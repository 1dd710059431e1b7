import type { Command } from 'commander';
import { type Config, type ControllerFlags, DEFAULT_PORTS, readConfig } from '../../config.ts';
import { example } from '../cli.ts';

/** `run` is handed in: the program that people type does not know how a controller is wired. */
export function addController(program: Command, run: (config: Config) => Promise<void>): void {
  program
    .command('controller')
    .description('run the controller: embedded database, embedded certificate authority, no other service needed')
    .option('--dir <directory>', 'database, keys and releases', '/var/lib/promfleet')
    .option('--listen <address>', 'address to listen on', '0.0.0.0')
    .option('--name <name...>', 'names and addresses that hosts and operators reach it by (default: the host name)')
    .option('--api-port <port>', 'operators, HTTPS', String(DEFAULT_PORTS.apiPort))
    .option('--session-port <port>', 'agents, mutual TLS', String(DEFAULT_PORTS.sessionPort))
    .option('--enrolment-port <port>', 'hosts that join', String(DEFAULT_PORTS.enrolmentPort))
    .option('--page-port <port>', 'also serve the live page over plain HTTP, on this machine only')
    .option('--log-level <level>', 'debug, info, warn or error', 'info')
    .addHelpText('after', example('promfleet controller --name mon.example.com'))
    .action(async (flags: ControllerFlags) => run(readConfig(flags)));
}
