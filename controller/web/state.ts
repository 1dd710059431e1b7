import { type Signal, signal } from '@preact/signals';
import type { Fault } from '../../proto/fault.ts';
import type { FleetEvent } from '../events/event.ts';
import { type TargetsSeen, TITLE_MARKS } from './tone.ts';
import { judge, type Verdict } from './verdict.ts';
import type { HostView, LiveMessage, PrometheusView, StatusView, UnitView } from './wire.ts';

/** How the page stands with its controller. What is shown while it is not `live` is as of then. */
export type Link =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'live' }
  | { readonly kind: 'lost'; readonly sinceMs: number; readonly why: string }
  | { readonly kind: 'denied'; readonly why: string };

export interface Download {
  readonly what: string;
  readonly done: number;
  readonly total: number;
  readonly atMs: number;
}

export interface PageState {
  readonly link: Signal<Link>;
  readonly controller: Signal<StatusView['controller'] | undefined>;
  readonly fleet: Signal<StatusView['fleet']>;
  readonly hosts: Signal<readonly HostView[]>;
  readonly prometheis: Signal<readonly PrometheusView[]>;
  readonly targets: Signal<ReadonlyMap<string, TargetsSeen>>;
  readonly events: Signal<readonly FleetEvent[]>;
  readonly downloads: Signal<ReadonlyMap<string, Download>>;
  /** What a screen reader should say now. */
  readonly announcement: Signal<string>;
  readonly nowMs: Signal<number>;
}

const EVENTS_KEPT = 100;
/** A finished download stays this long, so that a fast one is seen at all. */
const FINISHED_MS = 2_500;
/** One that says nothing for so long has been given up. */
const SILENT_MS = 60_000;

export const createState = (nowMs: number): PageState => ({
  link: signal<Link>({ kind: 'connecting' }),
  controller: signal<StatusView['controller'] | undefined>(undefined),
  fleet: signal<StatusView['fleet']>(null),
  hosts: signal<readonly HostView[]>([]),
  prometheis: signal<readonly PrometheusView[]>([]),
  targets: signal<ReadonlyMap<string, TargetsSeen>>(new Map()),
  events: signal<readonly FleetEvent[]>([]),
  downloads: signal<ReadonlyMap<string, Download>>(new Map()),
  announcement: signal(''),
  nowMs: signal(nowMs),
});

/** What is known of the unit behind a Prometheus. */
export const unitOf = (state: PageState, { host, unit }: PrometheusView): UnitView | undefined =>
  state.hosts.value.find(({ name, online }) => name === host && online)?.units.find(({ name }) => name === unit);

/** One that is still starting, or down, would only answer with an error. */
export const canAnswer = (state: PageState, of: PrometheusView | undefined): boolean =>
  of !== undefined && unitOf(state, of)?.state === 'ready';

export const nameOf = ({ host, unit }: PrometheusView): string => `${unit}@${host}`;

export const verdictOf = (state: PageState): Verdict =>
  judge({
    held: state.controller.value?.held ?? false,
    fleet: state.fleet.value,
    hosts: state.hosts.value,
    targets: [...state.targets.value.values()],
  });

export function titleOf(state: PageState): string {
  const mark = state.link.value.kind === 'live' ? TITLE_MARKS[verdictOf(state).tone] : '?';
  return `${mark} ${state.fleet.value?.name ?? 'promfleet'}`;
}

/** Where a loss leaves the page; `since` is when it last knew, not when it last tried. */
export function linkAfter(before: Link, why: Fault, nowMs: number): Link {
  if (why.code === 'denied') return { kind: 'denied', why: why.message };
  return { kind: 'lost', sinceMs: before.kind === 'lost' ? before.sinceMs : nowMs, why: why.message };
}

export function takeStatus(state: PageState, status: StatusView): void {
  state.controller.value = status.controller;
  state.fleet.value = status.fleet;
  announce(state, status.hosts);
  state.hosts.value = status.hosts;
}

export function takeMessage(state: PageState, message: LiveMessage, nowMs: number): void {
  switch (message.type) {
    case 'event':
      state.events.value = [message.event, ...state.events.value].slice(0, EVENTS_KEPT);
      return;
    case 'host': {
      const others = state.hosts.value.filter(({ name }) => name !== message.host.name);
      announce(state, [message.host]);
      state.hosts.value = [...others, message.host].sort((a, b) => (a.name < b.name ? -1 : 1));
      return;
    }
    case 'download': {
      const { what, done, total } = message;
      state.downloads.value = new Map(state.downloads.value).set(what, { what, done, total, atMs: nowMs });
    }
  }
}

/** Lets time pass: what every second changes. */
export function tick(state: PageState, nowMs: number): void {
  state.nowMs.value = nowMs;
  const over = ({ done, total, atMs }: Download) =>
    nowMs - atMs > (total > 0 && done >= total ? FINISHED_MS : SILENT_MS);
  const downloads = [...state.downloads.value.values()];
  if (!downloads.some(over)) return;
  state.downloads.value = new Map(downloads.filter((one) => !over(one)).map((one) => [one.what, one]));
}

function announce(state: PageState, next: readonly HostView[]): void {
  const said = changesBetween(state.hosts.value, next);
  if (said.length > 0) state.announcement.value = said.join('. ');
}

const PASSING = new Set(['absent', 'installing', 'starting', 'stopping']);

/** What is worth saying aloud: states that last, and hosts that come and go. Nothing of hosts that were not known before. */
export function changesBetween(before: readonly HostView[], after: readonly HostView[]): string[] {
  return after.flatMap((host) => {
    const old = before.find(({ name }) => name === host.name);
    if (!old) return [];
    const link =
      old.online === host.online ? [] : [`${host.name} is ${host.online ? 'connected again' : 'out of reach'}`];
    const units = host.units
      .filter((unit) => !PASSING.has(unit.state))
      .filter((unit) => old.units.find(({ name }) => name === unit.name)?.state !== unit.state)
      .map((unit) => `${unit.name} on ${host.name} is ${unit.state}`);
    return [...link, ...units];
  });
}
