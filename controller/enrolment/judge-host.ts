import { Fault } from '../../proto/fault.ts';
import type { HostRow } from '../store/hosts.ts';

/** Of the host that a key belongs to. @throws Fault `denied` when it is none of ours, or none any more. */
export function judgeHost(row: HostRow | undefined): HostRow {
  if (!row) {
    throw new Fault('denied', 'cannot admit this host: its key is not enrolled here', {
      hint: 'enrol it with a join token ("promfleet token create"); or it belongs to another controller',
    });
  }
  if (row.removedAt !== undefined) throw removedFault(row.name);
  return row;
}

export const removedFault = (name: string): Fault =>
  new Fault('denied', `cannot admit ${name}: it was removed from the fleet`, {
    hint: 'if that was a mistake, enrol it again with a new join token ("promfleet token create")',
  });
