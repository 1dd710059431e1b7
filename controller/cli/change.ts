import { Fault } from '../../proto/fault.ts';
import { compareRevisions, showRevision } from '../../proto/revision.ts';
import type { Applied } from '../http/fleet.ts';
import type { Cli } from './cli.ts';
import type { Client } from './client.ts';
import { follow } from './follow.ts';
import { writeLines } from './terminal.ts';
import { judgeChange } from './verdict.ts';

/** False: what was applied is so already. */
export const isNew = ({ revision, plan }: Applied): boolean => compareRevisions(revision, plan.base) !== 0;

/** Follows a change on the terminal until every host has confirmed it. @throws Fault that says which do not, and why */
export async function followChange(
  cli: Cli,
  client: Client,
  applied: Applied,
  timeoutMs: number,
  mend?: string,
): Promise<void> {
  const { revision } = applied;
  const stores = isNew(applied);
  const shown = `revision ${showRevision(revision)}`;
  const started = cli.now();
  const verdict = await follow(client, cli.err, { title: shown, judge: judgeChange, now: cli.now, timeoutMs });
  if (verdict.kind === 'failed') {
    const stored = stores ? `${shown} is stored, but` : `nothing new was stored: ${shown} stands, and`;
    const next = mend
      ? mend
      : stores
        ? 'mend it and apply again, or go back with "promfleet undo"'
        : 'mend it: hosts go on trying by themselves';
    throw new Fault('unavailable', `${stored} not every host is what it says`, {
      findings: verdict.lines.map((message) => ({ message })),
      hint: `${next}; "promfleet status" shows the whole`,
    });
  }
  const seconds = ((cli.now() - started) / 1000).toFixed(1);
  const confirmed = stores ? `confirmed ${shown}, ${seconds} s after it was stored` : `is what ${shown} says`;
  writeLines(cli.err, [cli.err.paint('good', `Every host ${confirmed}.`)]);
}
