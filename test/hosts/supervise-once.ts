// One agent's life on a lab host: recovers, makes one call of the supervisor, prints what came of it as JSON and what is observed then.
//   node supervise-once.cjs <method> <arguments as JSON>
import { probeUnit } from '../../agent/supervise/probe.ts';
import { SystemdSupervisor } from '../../agent/supervise/systemd-supervisor.ts';
import { Fault, messageOf } from '../../proto/fault.ts';

async function main(): Promise<void> {
  const [method = '', words = '[]'] = process.argv.slice(2);
  const supervisor = new SystemdSupervisor({ directory: '/var/lib/promfleet-agent/supervise', now: Date.now });
  await supervisor.recover();
  const calls: Record<string, (...words: never[]) => unknown> = {
    start: supervisor.start.bind(supervisor),
    stop: supervisor.stop.bind(supervisor),
    signal: supervisor.signal.bind(supervisor),
    identity: supervisor.identity.bind(supervisor),
    forget: supervisor.forget.bind(supervisor),
    lastLines: supervisor.lastLines.bind(supervisor),
    observe: () => undefined,
    probe: probeUnit,
    watch: () => watch(supervisor),
    follow: (...[unit, wanted]: string[]) => follow(supervisor, unit ?? '', wanted ?? ''),
  };
  let outcome: unknown;
  try {
    outcome = { value: await calls[method]?.(...(JSON.parse(words) as never[])) };
  } catch (error) {
    outcome = { code: error instanceof Fault ? error.code : 'bug', message: messageOf(error) };
  }
  console.log(JSON.stringify({ ...(outcome as object), observed: Object.fromEntries(await supervisor.observe()) }));
  process.exit(0);
}

/** Prints what is observed, at first and whenever something changes, until it is killed. */
async function watch(supervisor: SystemdSupervisor): Promise<void> {
  const print = async () => console.log(JSON.stringify(Object.fromEntries(await supervisor.observe())));
  await print();
  supervisor.onChange(() => void print());
  await new Promise((resolve) => setTimeout(resolve, 600_000));
}

/** Until that line comes. */
async function follow(supervisor: SystemdSupervisor, unit: string, wanted: string): Promise<string[]> {
  const seen: string[] = [];
  await new Promise<void>((resolve) => {
    const end = supervisor.follow(unit, 1, (lines) => {
      seen.push(...lines);
      if (!lines.includes(wanted)) return;
      end();
      resolve();
    });
  });
  return seen;
}

void main();
