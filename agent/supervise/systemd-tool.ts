import { STRICT } from '../../proto/spec.ts';
import type { ToolResult, ToolRun } from '../install/run-tool.ts';
import { confine } from './systemd-sandbox.ts';
import { isInHome } from './systemd-unit.ts';

/** What systemd waits longer than the agent, so that it is the agent who says that there was no answer. */
const SLACK_S = 2;
/** Exit codes by which systemd says that it did not come to run the program. */
const NOT_RUN = /^exited with code 2([0-3]\d|4[0-5])$/;

/**
 * The command that runs a program as a service for as long as it takes: as its user, confined like a unit that is given nothing, with no
 * network, and with all that it would leave behind ended when it ends.
 */
export function confinedTool(run: Omit<ToolRun, 'identity'>, user: string): ToolRun {
  const { program, argv, env, workingDirectory, timeoutMs } = run;
  const properties = [
    `User=${user}`,
    `RuntimeMaxSec=${Math.ceil(timeoutMs / 1_000) + SLACK_S}`,
    ...(run.asUnit ? [] : ['PrivateNetwork=true']),
    ...confine(run.asUnit ? run.asUnit.sandbox : STRICT, [program, workingDirectory].some(isInHome)),
  ];
  const words = [
    '--quiet',
    '--pipe',
    '--wait',
    '--collect',
    `--working-directory=${workingDirectory}`,
    ...properties.map((property) => `--property=${property}`),
    ...Object.entries({ LANG: 'C.UTF-8', ...env }).map(([name, value]) => `--setenv=${name}=${value}`),
    '--',
    program,
    // Variables in words are looked up by systemd itself.
    ...argv.map((word) => word.replaceAll('$', '$$$$')),
  ];
  return {
    program: 'systemd-run',
    argv: words,
    env: {},
    workingDirectory: '/',
    identity: undefined,
    timeoutMs,
    asUnit: run.asUnit,
  };
}

export const resultOfConfined = (result: ToolResult): ToolResult =>
  NOT_RUN.test(result.end) ? { ...result, end: `could not be started: systemd ${result.end}` } : result;
