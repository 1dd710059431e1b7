import type { Sandbox } from '../../proto/spec.ts';

/** What every unit had before specs said what each needs: enough for node_exporter, which keeps all its metrics under it. */
const GIVEN_BEFORE: Sandbox = {
  wholeProc: true,
  readHomes: true,
  netlink: true,
  readClock: true,
  capabilities: [],
  binds: [],
};

/**
 * The directives that take everything away from a unit but what it is given. Sources of binds are absolute by now.
 * @param livesInHome  something of the unit itself lies in a home directory
 */
export function confine(given: Sandbox = GIVEN_BEFORE, livesInHome = false): string[] {
  const capabilities = given.capabilities.join(' ');
  return [
    'NoNewPrivileges=true',
    `CapabilityBoundingSet=${capabilities}`,
    `AmbientCapabilities=${capabilities}`,
    'PrivateTmp=true',
    'PrivateDevices=true',
    'DevicePolicy=closed',
    // In a user namespace of its own a capability counts for nothing outside it.
    ...(given.capabilities.length === 0 ? ['PrivateUsers=true'] : []),
    'ProtectSystem=strict',
    // `true` makes a program that measures file systems report wrong sizes for /home, with no error.
    `ProtectHome=${given.readHomes || livesInHome ? 'read-only' : 'true'}`,
    'ProtectHostname=true',
    // Forbids reading the clock's state as well.
    ...(given.readClock ? [] : ['ProtectClock=true']),
    'ProtectKernelTunables=true',
    'ProtectKernelModules=true',
    'ProtectKernelLogs=true',
    'ProtectControlGroups=true',
    'ProtectProc=invisible',
    ...(given.wholeProc ? [] : ['ProcSubset=pid']),
    'RestrictNamespaces=true',
    'RestrictRealtime=true',
    'RestrictSUIDSGID=true',
    `RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX${given.netlink ? ' AF_NETLINK' : ''}`,
    'LockPersonality=true',
    'MemoryDenyWriteExecute=true',
    'RemoveIPC=true',
    'SystemCallArchitectures=native',
    'SystemCallFilter=@system-service',
    'SystemCallFilter=~@privileged @resources',
    ...(given.readClock ? ['SystemCallFilter=adjtimex clock_adjtime'] : []),
    'SystemCallErrorNumber=EPERM',
    'UMask=0027',
    ...given.binds.map(({ from, to }) => `BindReadOnlyPaths=${from}:${to}`),
  ];
}
