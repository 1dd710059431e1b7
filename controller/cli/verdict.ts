import type { HostView, StatusView, UnitView } from '../http/views.ts';
import { collapseLines, placeOf, whyNot } from './unit-line.ts';

/** How a change goes: whoever follows it waits, is done, or knows why it will never be. */
export type Verdict =
  | { readonly kind: 'wait' }
  | { readonly kind: 'done' }
  /** Lines for people: what, why, and the last of its log. */
  | { readonly kind: 'failed'; readonly lines: readonly string[] };

const LAST_LINES = 8;

/** Why nothing will come of waiting for a controller that was restored. */
export const HELD: readonly string[] = [
  'This controller was restored from an older state and sends nothing to any host.',
  'Look at "promfleet plan -f DIR", then run "promfleet apply -f DIR".',
];

/** Done when every host confirmed; failed as soon as only hosts are left that can't without a person. */
export function judgeChange(status: StatusView): Verdict {
  if (status.converged) return { kind: 'done' };
  if (status.controller.held) return { kind: 'failed', lines: HELD };
  const waiting = status.hosts.filter((host) => !host.converged);
  const stuck = waiting.map((host) => ({ host, units: stuckUnits(host), held: heldBy(host) }));
  if (!stuck.every(({ host, units, held }) => !host.online || units.length + held.length > 0)) return { kind: 'wait' };
  const lines = stuck.flatMap(({ host, units, held }) =>
    host.online
      ? [...held, ...units.flatMap((unit) => failureOf(host, unit))]
      : [`${host.name}: its agent is not connected; it takes the change when it is`],
  );
  return { kind: 'failed', lines };
}

/** Problems of a host that keep its agent from taking anything until a person there has mended them. */
const HOLDING = ['settings_unusable', 'spec_refused'];

const heldBy = (host: HostView): string[] =>
  host.problems.filter(({ code }) => HOLDING.includes(code)).map(({ message }) => `${host.name}: ${message}`);

/** Its agent works to what is wanted now, and still the unit failed or refused it. */
const stuckUnits = (host: HostView): readonly UnitView[] =>
  host.revision === host.wantedRevision
    ? host.units.filter((unit) => unit.state === 'failed' || (unit.state === 'ready' && unit.message !== ''))
    : [];

function failureOf(host: HostView, unit: UnitView): string[] {
  const [first = '', ...more] = (whyNot(unit) || `is ${unit.state}`).split('\n');
  return [
    `${placeOf(host, unit)}: ${first}`,
    ...more.map((line) => `    ${line}`),
    ...collapseLines(unit.lastLines)
      .slice(-LAST_LINES)
      .map((line) => `    │ ${line}`),
  ];
}
