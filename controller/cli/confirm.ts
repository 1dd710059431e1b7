import { Fault } from '../../proto/fault.ts';
import type { Cli } from './cli.ts';

/** @throws Fault `denied` unless someone is there and says yes. */
export async function confirm(cli: Cli, question: string): Promise<void> {
  if (!cli.isInteractive) {
    throw new Fault('denied', 'cannot ask for your consent: this is not a terminal', { hint: 'say --yes' });
  }
  const answer = await cli.ask(`${question} [y/N] `);
  if (!/^y(es)?$/i.test(answer.trim())) throw new Fault('denied', 'nothing was changed');
}
