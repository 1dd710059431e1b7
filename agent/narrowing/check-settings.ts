import { existsSync } from 'node:fs';
import { Fault } from '../../proto/fault.ts';
import { describeNarrowing } from '../../proto/narrowing.ts';
import type { Settings } from './settings.ts';
import { SettingsFile } from './settings-file.ts';

/** Undefined where there is no file. */
export interface CheckedSettings {
  readonly path: string;
  readonly settings: Settings | undefined;
}

/** @throws Fault `invalid` with all that is wrong with it. */
export async function checkSettings(layout: { readonly etc: string; readonly var: string }): Promise<CheckedSettings> {
  const file = new SettingsFile(layout);
  const { settings, problem } = await file.look();
  if (problem !== '')
    throw new Fault('invalid', problem, { hint: 'until it is mended the agent changes nothing here' });
  return { path: file.path, settings: existsSync(file.path) ? settings : undefined };
}

/** For whoever enrols: a file from before, which they may not know of, rules this host. '' where nothing is said. */
export async function noteSettings(layout: { readonly etc: string; readonly var: string }): Promise<string> {
  const file = new SettingsFile(layout);
  const { settings, problem } = await file.look();
  if (problem !== '') return `${problem}; until it is mended the agent changes nothing here\n`;
  if (!settings.allow) return '';
  const said = describeNarrowing(settings.allow).join('; ');
  return said === '' ? '' : `${file.path} is in force here: ${said}\n`;
}

export function showSettings({ path, settings }: CheckedSettings): string {
  if (!settings) return `${path} is not there: nothing is narrowed\n`;
  const { address, allow, stopRefused } = settings;
  const lines = [
    `address     ${address || 'not said: see "promfleet-agent status"'}`,
    ...(allow ? describeNarrowing(allow) : ['all']).map(
      (line, index) => `${index === 0 ? 'allowed' : '       '}     ${line}`,
    ),
    `refused     ${stopRefused ? 'what runs and is not allowed any more is stopped' : 'what runs and is not allowed any more runs on, unchanged'}`,
  ];
  return `${path} is well\n\n${lines.join('\n')}\n`;
}
