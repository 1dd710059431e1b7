import { portsOf } from '../../proto/narrowing.ts';
import type { SecretValue } from '../../proto/secrets.ts';
import type { HostSpec, UnitSpec } from '../../proto/spec.ts';
import { parentsOf } from '../install/layout.ts';
import { refuseSandbox } from './refuse-sandbox.ts';
import { refuseSecrets } from './refuse-secrets.ts';

const UNIT_NAME = /^[a-z][a-z0-9_-]{0,47}$/;
const USER_NAME = /^[a-z_][a-z0-9_-]{0,30}$/;
const RELEASE_PART = /^[A-Za-z0-9][A-Za-z0-9._+~-]{0,99}$/;
const SHA256 = /^[0-9a-f]{64}$/;
const SCRIPT_NAME = /^[A-Za-z0-9_-]{1,63}$/;
const TEXTFILE = /^[A-Za-z0-9_-]{1,63}\.prom$/;
const SIGNAL = /^(SIG)?(HUP|INT|TERM|QUIT|USR1|USR2)$/;
/** Names below which something of the system, or of promfleet itself, lies in /etc or /var/lib. */
const RESERVED = new Set(
  'promfleet promfleet-agent promfleet-controller apt dpkg systemd ssh ssl pam cron default dbus docker containers sudoers sudo opt private misc machines portables nfs dhcp'.split(
    ' ',
  ),
);
const RESERVED_USERS = new Set(
  'root daemon bin sys sync games man lp mail news uucp proxy www-data backup list irc nobody promfleet messagebus sshd'.split(
    ' ',
  ),
);

const MOST = {
  argv: 1_000,
  env: 1_000,
  files: 20_000,
  checks: 50,
  ready: 50,
  ports: 100,
  scripts: 100,
  names: 100,
  clients: 100,
} as const;
const LONGEST_WORDS = 512 * 1024;
const LONGEST_GRACE_S = 3_600;
/** Of one host. */
export const MOST_UNITS = 256;

/**
 * What this agent won't do, whoever asks. The controller checks the same and more; this holds when the controller is
 * wrong, older, or no longer its owner's.
 * @returns for each unit of the spec its refusals, in the order of the units.
 */
export function refuseUnits(spec: HostSpec): string[][] {
  const seen = new Set<string>();
  return spec.units.map((unit) => {
    const twice = seen.has(unit.name) ? [`the name ${unit.name} is taken by another unit of this host`] : [];
    seen.add(unit.name);
    return [...twice, ...refuseUnit(unit, spec.secrets)].map((reason) => `cannot run ${show(unit.name)}: ${reason}`);
  });
}

function refuseUnit(unit: UnitSpec, secrets: readonly SecretValue[] | undefined): string[] {
  const excess = [...refuseExcess(unit)];
  // Not looked at one by one then: that would take for ever.
  if (excess.length > 0) return excess;
  return [
    ...refuseNames(unit),
    ...refuseRelease(unit),
    ...refuseFiles(unit),
    ...refuseSecrets(unit, secrets),
    ...refusePorts(unit),
    ...refuseSignals(unit),
    ...refuseLosses(unit),
    ...refuseTls(unit),
    ...refuseScripts(unit),
    ...refuseSandbox(unit.sandbox),
  ];
}

/** Far more than any unit has; without a bound one spec could keep the agent busy, or its report too large to be heard. */
function* refuseExcess({ argv, env, files, checks, ready, ports, scripts = [] }: UnitSpec) {
  const counts = { argv, env: Object.keys(env), files, checks, ready, ports, scripts };
  for (const [what, { length }] of Object.entries(counts)) {
    const most = MOST[what as keyof typeof MOST];
    if (length > most) yield `it has ${length} ${what}, more than ${most}`;
  }
  const words = [...argv, ...Object.values(env), ...checks.flatMap((check) => check.argv)];
  if (words.reduce((sum, word) => sum + word.length, 0) > LONGEST_WORDS) yield 'its arguments are too long';
}

function* refuseNames({ name, user, env }: UnitSpec) {
  if (!UNIT_NAME.test(name)) yield 'a unit name is lower-case letters, digits, _ and -, and begins with a letter';
  else if (RESERVED.has(name) || name.startsWith('systemd-')) yield `the name ${name} is reserved`;
  if (user === 'root') yield 'it would run as root, and no unit may';
  else if (!USER_NAME.test(user)) yield `${show(user)} is no user name that this agent accepts`;
  else if (RESERVED_USERS.has(user) || /^(_|systemd-)/.test(user)) yield `the user ${user} belongs to the system`;
  for (const key of Object.keys(env)) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(key)) yield `${show(key)} is no name of an environment variable`;
    else if (key.startsWith('PROMFLEET_')) yield `the environment variable ${key} is reserved`;
    else if (key.startsWith('LD_')) yield `the environment variable ${key} could make it run something else`;
  }
}

function* refuseRelease({ release, program, checks, argv, env }: UnitSpec) {
  if (!SHA256.test(release.sha256)) yield `${show(release.sha256)} is no sha256 of a release`;
  for (const part of [release.component, release.version]) {
    if (!RELEASE_PART.test(part) || part.includes('..')) yield `${show(part)} can't be part of a release's name`;
  }
  for (const path of [program, ...checks.map(({ argv }) => insideRelease(argv[0]))]) {
    if (!isInside(path)) yield `the program ${show(path)} lies outside its release`;
  }
  const words = [...argv, ...Object.values(env), ...checks.flatMap(({ argv }) => argv)];
  if (words.some((word) => word.includes('\0'))) yield 'one of its arguments holds a NUL';
}

const insideRelease = (word: string | undefined): string =>
  word === undefined ? '' : word.replace(/^\{release\}\//, '');

function* refuseFiles({ files }: UnitSpec) {
  const top = (path: string) => path.split('/')[0];
  const switched = new Set(files.filter((file) => !file.live).map(({ path }) => top(path)));
  const seen = new Set<string>();
  for (const { path, live } of files) {
    if (!isInside(path)) yield `its file ${show(path)} lies outside its own directory`;
    else if (path.startsWith('.') || path.endsWith('.promfleet-new')) yield `the file name ${show(path)} is reserved`;
    if (seen.has(path)) yield `its file ${show(path)} is there twice`;
    seen.add(path);
    // A directory is either switched as a whole or written in place: it can't be both.
    if (live && switched.has(top(path)))
      yield `${show(path)} is watched, and shares ${top(path)} with files that are not`;
  }
  const directories = new Set([...seen].flatMap(parentsOf));
  for (const path of seen) if (directories.has(path)) yield `${show(path)} is both a file and a directory`;
}

function* refusePorts({ ports, ready, reload, losses }: UnitSpec) {
  const own = new Set(ports.map((port) => port.number));
  for (const number of portsOf({ ports, ready, reload, losses })) {
    if (!own.has(number)) yield `it would be asked on port ${number}, which is not among its own`;
    if (!Number.isInteger(number) || number < 1 || number > 65_535) yield `${number} is no port`;
  }
  const paths = [...ready.map((probe) => probe.path), ...[reload, losses].flatMap((one) => one?.metricsPath ?? [])];
  for (const path of new Set(paths)) {
    if (!/^\/[\x21-\x7e]*$/.test(path)) yield `${show(path)} is no HTTP path`;
  }
}

function* refuseSignals({ reload, stop }: UnitSpec) {
  // A host that goes down waits for it as long.
  if (stop.graceSeconds > LONGEST_GRACE_S) yield `it would be given ${stop.graceSeconds} s to stop`;
  for (const signal of [stop.signal, ...(reload ? [reload.signal] : [])]) {
    if (!SIGNAL.test(signal)) yield `${show(signal)} is no signal that stops or reloads a program`;
  }
}

function* refuseLosses({ losses }: UnitSpec) {
  if (!losses) return;
  const { directory, rescue } = losses;
  if (directory !== '{var}' && !(directory.startsWith('{var}/') && isInside(directory.slice('{var}/'.length))))
    yield `the directory that it stores in, ${show(directory)}, is not its own`;
  if (rescue && !isInside(rescue.leaves)) yield `what its stop leaves, ${show(rescue.leaves)}, is no name`;
}

const NAME_OF_ENDPOINT = /^[A-Za-z0-9.:_-]{1,253}$/;

function* refuseTls({ tls }: UnitSpec) {
  if (!tls) return;
  const { names, clients } = tls;
  if (names.length > MOST.names || clients.length > MOST.clients) yield 'it has too many names or clients over TLS';
  for (const name of names) if (!NAME_OF_ENDPOINT.test(name)) yield `${show(name)} is no name of an endpoint`;
  // Written into a file of such: no more than one, and no text around it.
  const isOne = (pem: string) =>
    /^-----BEGIN CERTIFICATE-----\n[A-Za-z0-9+/=\n]{1,8192}-----END CERTIFICATE-----\n*$/.test(pem);
  if (!clients.every(isOne)) yield 'one of its clients has no certificate';
}

/** What they print is written by the agent itself: nowhere but into the unit's own data directory. */
function* refuseScripts({ scripts = [], files }: UnitSpec) {
  const names = new Set<string>();
  for (const { name, file, output, status, everySeconds, timeoutSeconds } of scripts) {
    if (!SCRIPT_NAME.test(name)) yield `${show(name)} is no name of a script`;
    if (names.has(name)) yield `its script ${show(name)} is there twice`;
    names.add(name);
    if (!files.some(({ path }) => path === file)) yield `its script ${show(file)} is none of its files`;
    for (const written of [output, status]) {
      if (!TEXTFILE.test(written)) yield `its script would write to ${show(written)}, which is no name of a textfile`;
    }
    if (everySeconds < 1 || timeoutSeconds < 1 || timeoutSeconds > everySeconds)
      yield `its script ${show(name)} would run every ${everySeconds} s for ${timeoutSeconds} s`;
  }
}

/** A relative path that stays where it starts, with no part that a file system reads otherwise than a person does. */
function isInside(path: string): boolean {
  if (path === '' || path.length > 255 || /[\0\\\n]/.test(path)) return false;
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}

const show = (word: string): string => JSON.stringify(word);
