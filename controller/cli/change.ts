import { Fault } from '../../proto/fault.ts';
import { showRevision } from '../../proto/revision.ts';
import type { Applied } from '../http/fleet.ts';
import type { Cli } from './cli.ts';
import type { Client } from './client.ts';
import { follow } from './follow.ts';
import { writeLines } from './terminal.ts';
import { judgeChange } from './verdict.ts';

/** Follows a change on the terminal until every host has confirmed it. @throws Fault that says which do not, and why */
export async function followChange(cli: Cli, client: Client, applied: Applied, timeoutMs: number): Promise<void> {
  const { revision } = applied;
  const shown = `revision ${showRevision(revision)}`;
  const started = cli.now();
  const verdict = await follow(client, cli.err, { title: shown, judge: judgeChange, now: cli.now, timeoutMs });
  if (verdict.kind === 'failed') {
    throw new Fault('unavailable', `${shown} is stored, but not every host is what it says`, {
      findings: verdict.lines.map((message) => ({ message })),
      hint: 'mend it and apply again, or go back with "promfleet undo"; "promfleet status" shows the whole',
    });
  }
  const seconds = ((cli.now() - started) / 1000).toFixed(1);
  writeLines(cli.err, [cli.err.paint('good', `Every host confirmed ${shown}, ${seconds} s after it was stored.`)]);
}
