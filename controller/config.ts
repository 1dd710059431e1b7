import { hostname } from 'node:os';
import { Fault } from '../proto/fault.ts';

/** Everything that the controller is told at its start; read once, never asked again. */
export interface Config {
  readonly directory: string;
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
}

export const DEFAULT_PORTS = { apiPort: 9440, sessionPort: 9441, enrolmentPort: 9442, pagePort: 9443 } as const;

export interface ControllerFlags {
  readonly dir: string;
  readonly listen: string;
  readonly apiPort: string;
  readonly sessionPort: string;
  readonly enrolmentPort: string;
  readonly pagePort?: string;
  readonly name?: readonly string[];
  readonly logLevel: string;
}

/** @throws Fault `invalid` for a flag that makes no sense, naming it. */
export function readConfig(flags: ControllerFlags): Config {
  return Object.freeze({
    directory: flags.dir,
    listen: flags.listen,
    apiPort: readPort('--api-port', flags.apiPort),
    sessionPort: readPort('--session-port', flags.sessionPort),
    enrolmentPort: readPort('--enrolment-port', flags.enrolmentPort),
    pagePort: flags.pagePort === undefined ? undefined : readPort('--page-port', flags.pagePort),
    names: flags.name?.length ? flags.name : [hostname()],
    logLevel: flags.logLevel,
  });
}

export function readPort(flag: string, text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new Fault('invalid', `cannot use ${flag} ${text}: a port is a number from 0 to 65535`, {
    hint: '0 takes any free port',
  });
}
