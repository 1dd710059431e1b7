import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { Fault } from '../proto/fault.ts';
import { isAddress } from './state/controllers.ts';

export type SupervisorKind = 'process' | 'systemd';

export type Command =
  | {
      readonly kind: 'run';
      readonly home: string | undefined;
      readonly supervisor: SupervisorKind;
      readonly logLevel: string;
    }
  | {
      readonly kind: 'enrol';
      readonly home: string | undefined;
      readonly supervisor: SupervisorKind;
      readonly enrolment: EnrolmentOptions;
    }
  | {
      readonly kind: 'uninstall';
      readonly home: string | undefined;
      readonly supervisor: SupervisorKind;
      readonly keepData: boolean;
      readonly keepIdentity: boolean;
    }
  | {
      readonly kind: 'controllers';
      readonly home: string | undefined;
      /** Where the controller is now; empty: only asked. */
      readonly words: readonly string[];
    }
  | { readonly kind: 'status'; readonly home: string | undefined; readonly isJson: boolean }
  | { readonly kind: 'wait'; readonly home: string | undefined; readonly seconds: number }
  | { readonly kind: 'check-config'; readonly home: string | undefined }
  /** Of the daemon itself, for what it does apart. */
  | { readonly kind: 'bring'; readonly errand: string }
  | { readonly kind: 'virtualisation' }
  | { readonly kind: 'version' }
  | { readonly kind: 'help' };

export interface EnrolmentOptions {
  /** `host:port` where enrolments are answered. */
  readonly controller: string;
  /** `host:port` of sessions; '': what the controller says. */
  readonly session: string;
  /** sha256 of the root certificate, hex. */
  readonly pin: string;
  /** '': the hostname. */
  readonly name: string;
  /** A key of its own, whatever identity is here. */
  readonly newIdentity: boolean;
  /** The identity here is this machine's, though its machine-id has changed. */
  readonly sameMachine: boolean;
}

export const USAGE = `promfleet-agent: makes this host what its controller says, and keeps it so

  promfleet-agent enrol --controller HOST:PORT --ca sha256:HEX [--name NAME] [--home DIR] [--new-identity|--same-machine]
      joins this host; the join token comes in PROMFLEET_TOKEN or on standard input, never as an argument
      --new-identity: as a host of its own, on a copy of another; --same-machine: only its machine-id was made anew
  promfleet-agent controllers [set HOST[:PORT]...] [--home DIR]
      where this host looks for its controller; set: it has moved and can't say so itself
  promfleet-agent run [--home DIR] [--supervisor auto|systemd|process] [--log-level LEVEL]
      the daemon; ending it ends none of the units
  promfleet-agent status [--home DIR] [--json]
      where its controller is and whether it is connected, and what the agent last reported
  promfleet-agent wait [--home DIR] [--timeout SECONDS]
      ends once the daemon has a session with the controller, or says why it has none
  promfleet-agent check-config [--home DIR]
      reads /etc/promfleet/agent.yaml, where this host's administrator narrows what the controller may have run here, and says what
      it comes to; changes nothing, and the daemon takes the file in by itself
  promfleet-agent uninstall [--home DIR] [--keep-data] [--keep-identity]
      stops every unit and removes all that the agent owns here; the daemon must have ended
      --keep-identity: enrolling again needs no token
  promfleet-agent --version

  --home DIR   everything lies below DIR, and nothing outside; without it, in /etc, /var/lib and /opt/promfleet
`;

const OPTIONS: Readonly<Record<string, readonly string[]>> = {
  run: ['home', 'supervisor', 'log-level'],
  enrol: ['home', 'supervisor', 'controller', 'session', 'ca', 'name', 'new-identity', 'same-machine'],
  uninstall: ['home', 'supervisor', 'keep-data', 'keep-identity'],
  controllers: ['home'],
  status: ['home', 'json'],
  wait: ['home', 'timeout'],
  'check-config': ['home'],
};

/** Everything that the agent is told, read once. @throws Fault `invalid` naming what is wrong. */
export function readCommand(argv: readonly string[]): Command {
  const [verb = 'help', ...words] = argv;
  if (verb === '--version') return { kind: 'version' };
  if (verb === 'help' || verb === '--help' || words.includes('--help')) return { kind: 'help' };
  if (verb === 'bring' && words.length === 1) return { kind: 'bring', errand: words[0] as string };
  if (verb === 'virtualisation') return { kind: 'virtualisation' };
  const known = OPTIONS[verb];
  if (!known) throw unusable(`there is no command ${JSON.stringify(verb)}`);
  if (verb === 'controllers') return readControllers(words);
  const options = readOptions(words, known);
  const home = readHome(options);
  if (verb === 'status') return { kind: 'status', home, isJson: options.has('json') };
  if (verb === 'wait') return { kind: 'wait', home, seconds: readSeconds(options.get('timeout') ?? '20') };
  if (verb === 'check-config') return { kind: verb, home };
  const supervisor = chooseSupervisor(options.get('supervisor') ?? 'auto');
  if (verb === 'uninstall') {
    const [keepData, keepIdentity] = [options.has('keep-data'), options.has('keep-identity')];
    return { kind: 'uninstall', home, supervisor, keepData, keepIdentity };
  }
  if (verb === 'enrol') return { kind: 'enrol', home, supervisor, enrolment: readEnrolment(options) };
  return { kind: 'run', home, supervisor, logLevel: options.get('log-level') ?? 'info' };
}

function readControllers(words: readonly string[]): Command {
  const option = words.findIndex((word) => word.startsWith('--'));
  const plain = option < 0 ? words : words.slice(0, option);
  const home = readHome(readOptions(words.slice(plain.length), ['home']));
  if (plain.length === 0) return { kind: 'controllers', home, words: [] };
  if (plain[0] !== 'set' || plain.length === 1)
    throw unusable('it is "controllers", or "controllers set HOST[:PORT]..."');
  return { kind: 'controllers', home, words: plain.slice(1) };
}

const readHome = (options: ReadonlyMap<string, string>): string | undefined =>
  options.get('home') === undefined ? undefined : resolve(options.get('home') as string);

const SWITCHES = ['json', 'keep-data', 'keep-identity', 'new-identity', 'same-machine'];

/** `--name value`, `--name=value`; switches alone. */
function readOptions(words: readonly string[], known: readonly string[]): Map<string, string> {
  const options = new Map<string, string>();
  for (let index = 0; index < words.length; index++) {
    const match = /^--([a-z-]+)(?:=(.*))?$/s.exec(words[index] as string);
    const name = match?.[1];
    // Not said again: it is a secret.
    if (name === 'token') throw unusable('a token is no option: every user of this host could read it', TOKEN_HINT);
    if (!name || !known.includes(name)) throw unusable(`${JSON.stringify(words[index])} is not understood`);
    const next = match[2] ?? words[index + 1];
    const value = SWITCHES.includes(name) ? '' : next;
    if (!SWITCHES.includes(name) && match[2] === undefined) index++;
    if (value === undefined || (match[2] === undefined && value.startsWith('--')))
      throw unusable(`--${name} needs a value`);
    options.set(name, value);
  }
  return options;
}

function readEnrolment(options: ReadonlyMap<string, string>): EnrolmentOptions {
  const [controller = '', session = ''] = [options.get('controller'), options.get('session')];
  const pin = /^sha256:([0-9a-f]{64})$/.exec(options.get('ca')?.toLowerCase() ?? '')?.[1];
  if (!isAddress(controller)) throw unusable('--controller must be HOST:PORT');
  if (session !== '' && !isAddress(session)) throw unusable('--session must be HOST:PORT');
  if (!pin) throw unusable('--ca must be sha256: and 64 hexadecimal digits, as "promfleet token create" prints it');
  const [newIdentity, sameMachine] = [options.has('new-identity'), options.has('same-machine')];
  if (newIdentity && sameMachine) throw unusable('--new-identity and --same-machine exclude each other');
  return { controller, session, pin, name: options.get('name') ?? '', newIdentity, sameMachine };
}

function readSeconds(text: string): number {
  if (/^\d{1,5}$/.test(text)) return Number(text);
  throw unusable('--timeout must be a number of seconds');
}

function chooseSupervisor(asked: string): SupervisorKind {
  if (asked === 'process' || asked === 'systemd') return asked;
  if (asked !== 'auto') throw unusable('--supervisor is auto, systemd or process');
  return existsSync('/run/systemd/system') && process.getuid?.() === 0 ? 'systemd' : 'process';
}

const TOKEN_HINT = 'it comes in PROMFLEET_TOKEN or on standard input; "promfleet token create" prints the whole line';

const unusable = (why: string, hint = 'promfleet-agent --help'): Fault =>
  new Fault('invalid', `cannot start: ${why}`, { hint });
