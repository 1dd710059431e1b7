import { Fault } from '../../proto/fault.ts';
import { setDirectory } from '../install/config-set.ts';
import { expand, type Places, placesOf } from '../install/layout.ts';
import { isScript, type ToolResult } from '../install/run-tool.ts';
import { requireFreePorts } from './free-ports.ts';
import type { Host } from './host.ts';
import type { StepOf } from './step.ts';
import type { Wanted } from './wanted.ts';

const CHECK_TIMEOUT_MS = 120_000;
const PREFLIGHT_TIMEOUT_MS = 15_000;

/** The target release's own tools judge the staged files, as the user that the unit will run as. */
export async function check(host: Host, { wanted }: StepOf<'check'>, signal: AbortSignal): Promise<void> {
  const { unit, configDigest } = wanted;
  host.activities.set(unit.name, 'checking');
  const places = placesOf(host.layout, unit);
  const staged = { ...places, etc: setDirectory(places.etc, configDigest) };
  for (const { argv } of unit.checks) {
    const [tool = '', ...words] = argv.map((word) => expand(word, staged));
    const program = insideRelease(tool, places);
    refuseScript(host, unit.name, program);
    const result = await host.supervisor.runTool(
      {
        program,
        argv: words,
        env: {},
        workingDirectory: staged.etc,
        timeoutMs: CHECK_TIMEOUT_MS,
      },
      unit.user,
      signal,
    );
    if (!result.ok) throw refusal(host, `cannot use the new config of ${unit.name}`, tool, places, result, staged.etc);
  }
  await host.records.update(unit.name, { checked: wanted.checkDigest });
}

/** The program judges its own command line before anything that runs makes room for it: `--version` is looked at last. */
export async function preflight(host: Host, { wanted }: StepOf<'preflight'>, signal: AbortSignal): Promise<void> {
  const { unit } = wanted;
  host.activities.set(unit.name, 'checking');
  const places = placesOf(host.layout, unit);
  const program = `${places.release}/${unit.program}`;
  refuseScript(host, unit.name, program);
  if (!unit.opaque) await askFlags(host, wanted, places, signal);
  // Units of ours may be about to change ports with each other; anyone else's port must be free before what runs is stopped.
  const pids = [...(await host.supervisor.observe()).values()].map(({ pid }) => pid);
  requireFreePorts(unit, new Set(pids.filter((pid) => pid > 0)));
  await host.records.update(unit.name, { preflighted: wanted.launchDigest });
}

async function askFlags(host: Host, wanted: Wanted, places: Places, signal: AbortSignal): Promise<void> {
  const { unit } = wanted;
  const result = await host.supervisor.runTool(
    {
      program: `${places.release}/${unit.program}`,
      argv: [...unit.argv.map((word) => expand(word, places)), '--version'],
      env: expandAll(unit.env, places),
      workingDirectory: places.release,
      timeoutMs: PREFLIGHT_TIMEOUT_MS,
    },
    unit.user,
    signal,
  );
  if (!result.ok)
    throw refusal(host, `cannot start ${describe(wanted)}: it refuses its flags`, unit.program, places, result);
}

/** What begins with `#!`, where the administrator of the host wants programs alone. @throws Fault `denied` */
export function refuseScript({ settings }: Host, unit: string, program: string): void {
  if (settings.current.settings.allow?.scripts !== false || !isScript(program)) return;
  throw new Fault('denied', `cannot run ${JSON.stringify(unit)}: ${program} is a script, and agent.yaml allows none`);
}

export const expandAll = (env: Readonly<Record<string, string>>, places: Places): Record<string, string> =>
  Object.fromEntries(Object.entries(env).map(([key, value]) => [key, expand(value, places)]));

const describe = ({ unit }: Wanted): string => `${unit.name} ${unit.release.version}`;

/** A bare first word is a tool of the release: nothing else is ever run. */
const insideRelease = (tool: string, places: Places): string =>
  tool.startsWith(`${places.release}/`) ? tool : `${places.release}/${tool}`;

function refusal(
  { specs }: Host,
  what: string,
  tool: string,
  places: Places,
  result: ToolResult,
  staged?: string,
): Fault {
  const name = tool.split('/').at(-1);
  // People know the file by the name that the program will see, not by where it lay while it was checked.
  const output = specs.scrub(staged ? result.output.replaceAll(staged, places.etc) : result.output);
  if (result.end.startsWith('could not be started')) {
    return new Fault('unavailable', `${what}: ${name} ${result.end}`, {
      hint: `can the unit’s user reach ${places.release}? every directory above it must be open to others (mode 0755)`,
    });
  }
  return new Fault('invalid', output === '' ? `${what}: ${name} ${result.end}` : `${what}: ${name} says: ${output}`);
}
