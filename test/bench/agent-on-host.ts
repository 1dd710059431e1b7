import type { LabHost } from '../hosts/lab-host.ts';
import { cpuSecondsIn, memoryIn, percentile, type Row } from './figures.ts';

const STARTS = 7;
const SETTLE_S = 45;
const WATCH_S = 60;
const UNIT = 'promfleet-agent.service';
const NODE = '/opt/promfleet/current/../../runtime/*/node';

/** What the installed agent of a booted host costs, beside a Node of the same bytes that does nothing. */
export async function benchInstalledAgent(host: LabHost): Promise<Row[]> {
  const starts: number[] = [];
  for (let start = 0; start < STARTS; start++) starts.push(await startToConnected(host));
  // A program that was only just written counts more of the page cache as its own: read anew it is as after a reboot.
  await host.sh(
    `systemctl stop ${UNIT}; for f in ${NODE}; do dd if=$f iflag=nocache count=0 2>/dev/null; done; systemctl start ${UNIT}`,
  );
  await host.sh(
    `systemd-run --quiet --unit=bare --setenv=UV_THREADPOOL_SIZE=1 --setenv=MALLOC_ARENA_MAX=1 $(ls ${NODE} | head -n 1) -e 'setInterval(() => {}, 1000)'`,
  );
  try {
    await host.sh(`sleep ${SETTLE_S}`);
    const cpuBefore = cpuSecondsIn(await procOf(host, UNIT, 'stat'));
    await host.sh(`sleep ${WATCH_S}`);
    const cpu = cpuSecondsIn(await procOf(host, UNIT, 'stat')) - cpuBefore;
    const mine = memoryIn(await procOf(host, UNIT, 'status'));
    const bare = memoryIn(await procOf(host, 'bare.service', 'status'));
    return rowsOf(percentile(starts, 0.5), (cpu / WATCH_S) * 100, mine, bare);
  } finally {
    await host.sh('systemctl stop bare.service');
  }
}

const procOf = (host: LabHost, unit: string, file: string): Promise<string> =>
  host.sh(`cat /proc/$(systemctl show --value --property=MainPID ${unit})/${file}`);

/** Seconds from systemd's start of the program to its session. */
async function startToConnected(host: LabHost): Promise<number> {
  await host.sh(`systemctl restart ${UNIT} && promfleet-agent wait --timeout 30`);
  const began = Number(
    await host.sh(`systemctl show --value --timestamp=us+utc --property=ExecMainStartTimestampMonotonic ${UNIT}`),
  );
  const lines = await host.sh(`journalctl --unit=${UNIT} --output=json --lines=50`);
  const entries = lines
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Readonly<Record<string, string>>);
  const session = entries.findLast((entry) => /"msg":"session"/.test(entry['MESSAGE'] ?? ''));
  return (Number(session?.['__MONOTONIC_TIMESTAMP']) - began) / 1e6;
}

function rowsOf(
  connectedS: number,
  cpuPercent: number,
  mine: { residentMiB: number; privateMiB: number },
  bare: { residentMiB: number; privateMiB: number },
): Row[] {
  const mib = (n: number) => `${n.toFixed(1)} MiB`;
  const ratio = mine.residentMiB / bare.residentMiB;
  const privateMb = (mine.privateMiB * 1_048_576) / 1e6;
  return [
    {
      what: `agent on a host: start to connected, p50 of ${STARTS}`,
      figure: `${connectedS.toFixed(2)} s`,
      floor: '',
      goal: '≤ 0.3 s',
      met: connectedS <= 0.3,
    },
    {
      what: 'agent on a host, idle: private memory',
      figure: `${privateMb.toFixed(1)} MB`,
      floor: `${mib(bare.privateMiB)} bare Node`,
      goal: '≤ 20 MB',
      met: privateMb <= 20,
    },
    {
      what: 'agent on a host, idle: resident memory',
      figure: `${mib(mine.residentMiB)} (${ratio.toFixed(2)}×)`,
      floor: `${mib(bare.residentMiB)} bare Node`,
      goal: '≤ 1.5×',
      met: ratio <= 1.5,
    },
    {
      what: `agent on a host, idle: CPU over ${WATCH_S} s`,
      figure: `${cpuPercent.toFixed(3)} % of a core`,
      floor: '0',
      goal: '≤ 0.05 %',
      met: cpuPercent <= 0.05,
    },
  ];
}
