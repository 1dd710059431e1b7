import { Fault } from '../../proto/fault.ts';
import type { HostFacts, Problem } from '../../proto/report.ts';
import type { SeenBoot } from '../store/boots.ts';

export type BootDecision =
  | { readonly kind: 'admit'; readonly isNew: boolean }
  /** Known to be another machine. */
  | { readonly kind: 'refuse' }
  /** Not the boot that was here last: what was on its way while a machine rebooted can't answer a question, a machine can. */
  | { readonly kind: 'question' }
  /** A boot that lives means that every later one is of another machine. This one was first, so it stays. */
  | { readonly kind: 'clone' };

/** No boot ever comes back on one machine: which boots a host has had, oldest first, tells two machines with one key apart. */
export function decideBoot(boots: readonly SeenBoot[], bootId: string, hasAnswered: boolean): BootDecision {
  if (bootId === '') return { kind: 'admit', isNew: false };
  const known = boots.find((boot) => boot.bootId === bootId);
  if (!known) return hasAnswered || boots.length === 0 ? { kind: 'admit', isNew: true } : { kind: 'question' };
  if (known.refusedAt !== undefined) return { kind: 'refuse' };
  const newest = boots.findLast((boot) => boot.refusedAt === undefined);
  if (newest === known) return { kind: 'admit', isNew: false };
  return { kind: hasAnswered ? 'clone' : 'question' };
}

export const showMachine = ({ hostname, address }: HostFacts): string =>
  address === '' ? hostname : `${hostname} at ${address}`;

/** How long after it was last refused a second machine counts as there: agents that are refused ask every few minutes. */
const LINGERS_MS = 15 * 60_000;

const APART =
  'on the copy, join it as a host of its own: "promfleet-agent enrol … --new-identity" with a new token; if the copy is the one to stay, switch the first one off and reboot the copy';

export const cloneFault = (host: string): Fault =>
  new Fault(
    'denied',
    `cannot admit this machine as ${host}: another machine is alive with the same key, and was there first`,
    {
      hint: APART,
    },
  );

/** What an operator is to know of a host whose disk was copied. */
export function cloneProblem(boots: readonly SeenBoot[], now: number): Problem | undefined {
  const other = boots.findLast(({ refusedAt }) => refusedAt !== undefined && now - refusedAt < LINGERS_MS);
  if (!other) return undefined;
  const message = `a second machine, ${other.machine}, has the identity of this host: its disk was copied; it is refused`;
  return { code: 'cloned', message, hint: APART };
}
