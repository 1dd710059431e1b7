import type { Stop } from '../../proto/spec.ts';
import { LAUNCH_VARIABLE } from './launch-variable.ts';
import type { Launch } from './supervisor.ts';
import { confine } from './systemd-sandbox.ts';

/** From here on systemd can wait longer from restart to restart. */
export const GROWING_RESTARTS_SINCE = 254;

/** The unit file that runs a launch. It never gives up: a unit comes back by itself when what ails it is gone. */
export function renderSystemdUnit(launch: Launch, systemdVersion: number): string {
  const { program, argv, env, user, workingDirectory, writable, stop, limits, description } = launch;
  const lines = [
    '[Unit]',
    `Description=${specifierFree(description.replaceAll(/\s+/g, ' '))}`,
    'Wants=network-online.target',
    'After=network-online.target',
    'StartLimitIntervalSec=0',
    '',
    '[Service]',
    // Unlike `simple` it tells when the program can't be run at all.
    'Type=exec',
    `User=${user}`,
    `WorkingDirectory=${specifierFree(workingDirectory)}`,
    ...(launch.startRoom > 0 ? [`ExecStartPre=${requireRoom(launch.startRoom).map(quoteArgument).join(' ')}`] : []),
    `ExecStart=${[quote(program), ...argv.map(quoteArgument)].join(' ')}`,
    ...Object.entries({ ...env, [LAUNCH_VARIABLE]: launch.digest }).map(
      ([name, value]) => `Environment=${quote(`${name}=${value}`)}`,
    ),
    'Restart=always',
    ...restartPace(systemdVersion),
    ...stopLines(stop),
    'OOMPolicy=continue',
    ...(limits.openFiles > 0 ? [`LimitNOFILE=${limits.openFiles}`] : []),
    ...(limits.memoryBytes > 0 ? [`MemoryMax=${limits.memoryBytes}`] : []),
    ...writable.map((directory) => `ReadWritePaths=${quote(directory)}`),
    ...confine(launch.sandbox, [program, workingDirectory, ...writable].some(isInHome)),
    '',
    '[Install]',
    'WantedBy=multi-user.target',
  ];
  return `${lines.join('\n')}\n`;
}

/** Of a unit whose file is gone, and which is to be stopped: no more than how. */
export const renderStop = (stop: Stop): string =>
  `[Service]\nExecStart=/bin/false\n${stopLines(stop).join('\n')}\n\n[Install]\nWantedBy=multi-user.target\n`;

const stopLines = ({ signal, graceSeconds, kill }: Stop): string[] => [
  `KillSignal=${signal}`,
  `TimeoutStopSec=${graceSeconds}s`,
  `SendSIGKILL=${kill ? 'yes' : 'no'}`,
];

/** A crash is no step of the agent's: systemd itself must not start it again where that could lose what is stored. */
const requireRoom = (bytes: number): string[] => [
  '/bin/sh',
  '-c',
  `free=$(df --block-size=1 --output=avail . | tail -n 1 | tr -d ' '); [ -z "$free" ] || [ $free -ge ${bytes} ] || { echo "not started: $free bytes are free on the disk of its data, and with less than ${bytes} a start could lose what is stored there"; exit 1; }`,
];

export const isInHome = (path: string): boolean => /^\/(home|root|run\/user)\//.test(path);

/**
 * What is killed is back at once, what crash-loops is slowed down. The older systemd has one pace for both: a second, at which a crash
 * loop takes some percent of a core; the agent then slows it down itself.
 */
function restartPace(systemdVersion: number): string[] {
  if (systemdVersion < GROWING_RESTARTS_SINCE) return ['RestartSec=1s'];
  return ['RestartSec=100ms', 'RestartSteps=8', 'RestartMaxDelaySec=60s'];
}

/** One word of ExecStart=, exactly as it is: no variable, specifier or escape in it means anything. */
export const quoteArgument = (word: string): string => quote(word).replaceAll('$', '$$$$');

/** One word of a list. Here `$` means itself already. */
const quote = (word: string): string =>
  `"${specifierFree(word.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n'))}"`;

const specifierFree = (text: string): string => text.replaceAll('%', '%%');
