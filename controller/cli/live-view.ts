import type { HostView, StatusView, UnitView } from '../http/views.ts';
import { bytes, shortDuration } from './format.ts';
import type { Paint } from './paint.ts';
import { fit } from './table.ts';
import { isInTrouble, markOf, OFFLINE, versionOf, whyNot } from './unit-line.ts';

export interface Download {
  readonly what: string;
  readonly done: number;
  readonly total: number;
}

export interface LiveScene {
  readonly title: string;
  readonly status: StatusView;
  /** What the controller itself is fetching. */
  readonly downloads: readonly Download[];
  readonly elapsedMs: number;
  /** Counts up: what moves shows that something is being done. */
  readonly tick: number;
}

export const SPINNER = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const BAR = 20;
const NAME = 16;

/** The fleet while it changes: hosts, their units and what is being done for each. Never more than `height` lines. */
export function renderLive(scene: LiveScene, width: number, height: number, paint: Paint): string[] {
  const { status, downloads, tick } = scene;
  const spinner = SPINNER[tick % SPINNER.length] ?? '';
  const done = status.hosts.filter((host) => host.converged).length;
  const count = status.hosts.length > 0 ? `, ${done} of ${status.hosts.length} hosts done` : '';
  const isDone = status.converged && downloads.length === 0;
  const head = `${scene.title}${count}, ${shortDuration(scene.elapsedMs)}`;
  const busyFirst = [...status.hosts].sort((a, b) => Number(a.converged) - Number(b.converged));
  const body = [
    ...downloads.map((download) => `  ${paint('busy', spinner)} ${downloadLine(download, width - 4)}`),
    ...busyFirst.flatMap((host) => hostLines(host, spinner, width, paint)),
  ];
  const room = Math.max(1, height - 2);
  const shown =
    body.length > room ? [...body.slice(0, room - 1), paint('dim', `  … ${body.length - room + 1} more`)] : body;
  return [`${isDone ? paint('good', '●') : paint('busy', spinner)} ${paint('strong', fit(head, width - 2))}`, ...shown];
}

/** `[████████            ]  45%  5.2 of 11.4 MB  name` */
export function downloadLine({ what, done, total }: Download, width: number): string {
  // Of some things nobody knows the size before they are here.
  if (done === 0 && total === 0) return fit(`${what} …`, width);
  return fit(`${bar(done, total)}  ${amount(done, total)}  ${what}`, width);
}

function bar(done: number, total: number): string {
  const full = total > 0 ? Math.round((BAR * Math.min(done, total)) / total) : 0;
  const share = total > 0 ? `${Math.floor((100 * done) / total)}%` : '';
  return `${'█'.repeat(full)}${'░'.repeat(BAR - full)} ${share.padStart(4)}`;
}

const amount = (done: number, total: number): string => (total > 0 ? `${bytes(done)} of ${bytes(total)}` : bytes(done));

function hostLines(host: HostView, spinner: string, width: number, paint: Paint): string[] {
  const name = fit(host.name, NAME).padEnd(NAME);
  if (!host.online) {
    const text = 'its agent is not connected; it will take this when it is';
    return [`  ${paint('strong', name)} ${paint(OFFLINE.style, OFFLINE.glyph)} ${fit(text, width - NAME - 6)}`];
  }
  if (host.units.length === 0) return [`  ${paint('strong', name)} ${paint('dim', 'nothing is wanted here yet')}`];
  return host.units.map((unit, index) => {
    const lead = index === 0 ? paint('strong', name) : ' '.repeat(NAME);
    return `  ${lead} ${unitLine(unit, spinner, width - NAME - 3, paint)}`;
  });
}

function unitLine(unit: UnitView, spinner: string, width: number, paint: Paint): string {
  const { glyph, style } = markOf(unit);
  const moves = style === 'busy' || unit.activity !== undefined;
  const label = `${fit(unit.name, NAME).padEnd(NAME)} ${fit(versionOf(unit), 14).padEnd(14)} `;
  const state = isInTrouble(unit) ? `${unit.state}: ${whyNot(unit).split('\n')[0] ?? ''}` : progressOf(unit);
  const text = fit(state, width - label.length - 2);
  return `${paint(style, moves ? spinner : glyph)} ${label}${paint(isInTrouble(unit) ? 'bad' : 'plain', text)}`.trimEnd();
}

function progressOf({ state, activity }: UnitView): string {
  if (!activity) return state;
  const { step, done, total } = activity;
  return total > 0 ? `${step} ${bar(done, total)} ${amount(done, total)}` : step;
}
