import { LAUNCH_VARIABLE } from './launch-variable.ts';
import type { Launch } from './supervisor.ts';

/** Taken away from every unit; under it node_exporter keeps each of its metrics and Prometheus all that it needs. */
const HARDENING = [
  'NoNewPrivileges=true',
  'CapabilityBoundingSet=',
  'AmbientCapabilities=',
  'PrivateTmp=true',
  'PrivateDevices=true',
  'DevicePolicy=closed',
  'PrivateUsers=true',
  'ProtectSystem=strict',
  // Not `true`: that makes node_exporter report wrong sizes for /home, with no error.
  'ProtectHome=read-only',
  'ProtectHostname=true',
  'ProtectKernelTunables=true',
  'ProtectKernelModules=true',
  'ProtectKernelLogs=true',
  'ProtectControlGroups=true',
  // No ProcSubset=pid: most of node_exporter reads the rest of /proc.
  'ProtectProc=invisible',
  'RestrictNamespaces=true',
  'RestrictRealtime=true',
  'RestrictSUIDSGID=true',
  // Without netlink half of node_exporter's series are gone.
  'RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK',
  'LockPersonality=true',
  'MemoryDenyWriteExecute=true',
  'RemoveIPC=true',
  'SystemCallArchitectures=native',
  'SystemCallFilter=@system-service',
  'SystemCallFilter=~@privileged @resources',
  // Reads the clock's state. No ProtectClock, which would forbid that too; setting it takes a capability.
  'SystemCallFilter=adjtimex clock_adjtime',
  'SystemCallErrorNumber=EPERM',
  'UMask=0027',
];

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
    `ExecStart=${[quote(program), ...argv.map(quoteArgument)].join(' ')}`,
    ...Object.entries({ ...env, [LAUNCH_VARIABLE]: launch.digest }).map(
      ([name, value]) => `Environment=${quote(`${name}=${value}`)}`,
    ),
    'Restart=always',
    ...restartPace(systemdVersion),
    `KillSignal=${stop.signal}`,
    `TimeoutStopSec=${stop.graceSeconds}s`,
    `SendSIGKILL=${stop.kill ? 'yes' : 'no'}`,
    'OOMPolicy=continue',
    ...(limits.openFiles > 0 ? [`LimitNOFILE=${limits.openFiles}`] : []),
    ...(limits.memoryBytes > 0 ? [`MemoryMax=${limits.memoryBytes}`] : []),
    ...writable.map((directory) => `ReadWritePaths=${quote(directory)}`),
    ...HARDENING,
    '',
    '[Install]',
    'WantedBy=multi-user.target',
  ];
  return `${lines.join('\n')}\n`;
}

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
