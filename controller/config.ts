import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { Fault } from '../proto/fault.ts';
import type { ControllerFile } from './config-file.ts';

/** Everything that the controller is told at its start; read once, never asked again. */
export interface Config {
  readonly directory: string;
  /** Path of the local administrators' socket. */
  readonly socket: string;
  /** Address to listen on. */
  readonly listen: string;
  readonly apiPort: number;
  readonly sessionPort: number;
  readonly enrolmentPort: number;
  /** Plain HTTP on loopback, for the quick start's page; undefined: none. */
  readonly pagePort: number | undefined;
  /** Names and addresses that clients reach it by: they go into its certificate, the first into the lines it prints. */
  readonly names: readonly string[];
  readonly logLevel: string;
  /** What prints the key of the secrets; undefined: it lies in a file. */
  readonly secretsKeyCommand: readonly string[] | undefined;
}

export const DEFAULT_PORTS = { apiPort: 9440, sessionPort: 9441, enrolmentPort: 9442, pagePort: 9443 } as const;
export const DEFAULT_DIRECTORY = '/var/lib/promfleet';
export const DEFAULT_LISTEN = '0.0.0.0';
export const DEFAULT_LOG_LEVEL = 'info';

export interface ControllerFlags {
  readonly dir?: string;
  readonly controlSocket?: string;
  readonly listen?: string;
  readonly apiPort?: string;
  readonly sessionPort?: string;
  readonly enrolmentPort?: string;
  readonly pagePort?: string;
  readonly name?: readonly string[];
  readonly logLevel?: string;
}

/** A flag is more than the file, and the file more than what is usual. @throws Fault `invalid` for a flag that makes no sense. */
export function readConfig(flags: ControllerFlags, file: ControllerFile = {}): Config {
  const directory = flags.dir ?? file.directory ?? DEFAULT_DIRECTORY;
  const port = (name: keyof typeof DEFAULT_PORTS, flag: string, written: number | undefined): number =>
    flags[name] === undefined ? (written ?? DEFAULT_PORTS[name]) : readPort(flag, flags[name]);
  const hasPage = flags.pagePort !== undefined || file.page_port !== undefined;
  const config = Object.freeze({
    directory,
    socket: flags.controlSocket ?? file.socket ?? join(directory, 'control.sock'),
    listen: flags.listen ?? file.listen ?? DEFAULT_LISTEN,
    apiPort: port('apiPort', '--api-port', file.api_port),
    sessionPort: port('sessionPort', '--session-port', file.session_port),
    enrolmentPort: port('enrolmentPort', '--enrolment-port', file.enrolment_port),
    pagePort: hasPage ? port('pagePort', '--page-port', file.page_port) : undefined,
    names: flags.name ?? file.names ?? [hostname()],
    secretsKeyCommand: file.secrets?.key_command,
    logLevel: flags.logLevel ?? file.log_level ?? DEFAULT_LOG_LEVEL,
  });
  checkAddresses(config);
  checkPorts(config);
  return config;
}

const LEVELS = ['debug', 'info', 'warn', 'error'];
const A_NAME = /^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$/i;

function checkAddresses({ listen, names, logLevel }: Config): void {
  const cannot = (flag: string, value: string, meant: string) =>
    new Fault('invalid', `cannot use ${flag} ${JSON.stringify(value)}: ${meant} is meant`);
  if (isIP(listen) === 0 && listen !== 'localhost') {
    throw cannot('--listen', listen, 'an IP address of this machine, or 0.0.0.0 for all of them,');
  }
  const wrong = names.find((name) => isIP(name) === 0 && !A_NAME.test(name));
  if (wrong !== undefined) throw cannot('--name', wrong, 'a name or an IP address, with no port,');
  if (!LEVELS.includes(logLevel)) throw cannot('--log-level', logLevel, 'debug, info, warn or error');
}

/** 0 is any free one, and never the same twice. */
function checkPorts({ apiPort, sessionPort, enrolmentPort, pagePort }: Config): void {
  const flags: Readonly<Record<string, number | undefined>> = {
    '--api-port': apiPort,
    '--session-port': sessionPort,
    '--enrolment-port': enrolmentPort,
    '--page-port': pagePort,
  };
  const taken = new Map<number, string>();
  for (const [flag, port] of Object.entries(flags)) {
    if (port === undefined || port === 0) continue;
    const other = taken.get(port);
    if (other !== undefined) {
      throw new Fault('invalid', `cannot use port ${port} twice: ${other} and ${flag}`, { hint: 'give each its own' });
    }
    taken.set(port, flag);
  }
}

export function readPort(flag: string, text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new Fault('invalid', `cannot use ${flag} ${text}: a port is a number from 0 to 65535`, {
    hint: '0 takes any free port',
  });
}
