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
const LEAST_STATE = 12;

/** The fleet while it changes: hosts, their units and what is being done for each. Never more than `height` lines. */
export function renderLive(scene: LiveScene, width: number, height: number, paint: Paint): string[] {
  const { status, downloads, tick } = scene;
  const spinner = SPINNER[tick % SPINNER.length] ?? '';
  const done = status.hosts.filter((host) => host.converged).length;
  const count = status.hosts.length > 0 ? `, ${done} of ${status.hosts.length} hosts done` : '';
  const isDone = status.converged && downloads.length === 0;
  const head = `${scene.title}${count}, ${shortDuration(scene.elapsedMs)}`;
  const busyFirst = [...status.hosts].sort((a, b) => Number(a.converged) - Number(b.converged));
  const columns = fitColumns(status, width);
  const body = [
    ...downloads.map((download) => `  ${paint('busy', spinner)} ${downloadLine(download, width - 4)}`),
    ...busyFirst.flatMap((host) => hostLines(host, spinner, columns, paint)),
  ];
  const room = Math.max(1, height - 2);
  const shown =
    body.length > room ? [...body.slice(0, room - 1), paint('dim', `  … ${body.length - room + 1} more`)] : body;
  return [`${isDone ? paint('good', '●') : paint('busy', spinner)} ${paint('strong', fit(head, width - 2))}`, ...shown];
}

interface Columns {
  readonly host: number;
  readonly unit: number;
  readonly version: number;
  readonly state: number;
}

/** As wide as the longest, within reason; what is left is for what is going on. */
function fitColumns({ hosts }: StatusView, width: number): Columns {
  const units = hosts.flatMap((host) => host.units);
  const longest = (texts: readonly string[], most: number) =>
    Math.min(most, Math.max(1, ...texts.map((text) => Array.from(text).length)));
  const host = longest(
    hosts.map(({ name }) => name),
    Math.min(24, Math.floor(width / 5)),
  );
  const unit = longest(
    units.map(({ name }) => name),
    Math.min(24, Math.floor(width / 4)),
  );
  const version = width < 60 ? 0 : longest(units.map(versionOf), 18);
  const taken = 2 + host + 2 + 2 + unit + 2 + (version > 0 ? version + 2 : 0);
  return { host, unit, version, state: Math.max(LEAST_STATE, width - taken) };
}

export function downloadLine({ what, done, total }: Download, width: number): string {
  // Of some things nobody knows the size before they are here.
  if (done === 0 && total === 0) return fit(`${what} …`, width);
  return fit(`${bar(done, total, 20)}  ${amount(done, total)}  ${what}`, width);
}

function bar(done: number, total: number, cells: number): string {
  const full = total > 0 ? Math.round((cells * Math.min(done, total)) / total) : 0;
  const share = total > 0 ? `${Math.floor((100 * done) / total)}%` : '';
  return `${'█'.repeat(full)}${'░'.repeat(cells - full)} ${share.padStart(4)}`;
}

const amount = (done: number, total: number): string => (total > 0 ? `${bytes(done)} of ${bytes(total)}` : bytes(done));

function hostLines(host: HostView, spinner: string, columns: Columns, paint: Paint): string[] {
  const name = `  ${paint('strong', fit(host.name, columns.host).padEnd(columns.host))}  `;
  const rest = columns.unit + columns.version + columns.state;
  if (!host.online) {
    const text = 'its agent is not connected; it will take this when it is';
    return [`${name}${paint(OFFLINE.style, OFFLINE.glyph)} ${fit(text, rest)}`];
  }
  if (host.units.length === 0) return [`${name}${paint('dim', fit('nothing is wanted here yet', rest))}`];
  return host.units.map((unit, index) => {
    const lead = index === 0 ? name : ' '.repeat(columns.host + 4);
    return `${lead}${unitLine(unit, spinner, columns, paint)}`;
  });
}

function unitLine(unit: UnitView, spinner: string, columns: Columns, paint: Paint): string {
  const { glyph, style } = markOf(unit);
  const moves = style === 'busy' || unit.activity !== undefined;
  const name = fit(unit.name, columns.unit).padEnd(columns.unit);
  const version = columns.version > 0 ? `${fit(versionOf(unit), columns.version).padEnd(columns.version)}  ` : '';
  const isBad = isInTrouble(unit);
  const state = fit(isBad ? trouble(unit) : progressOf(unit), columns.state);
  return `${paint(style, moves ? spinner : glyph)} ${name}  ${version}${paint(isBad ? 'bad' : 'plain', state)}`.trimEnd();
}

/** A unit that is ready and says something has refused what it was told. */
function trouble(unit: UnitView): string {
  const why = whyNot(unit).split('\n')[0] ?? '';
  return unit.state === 'ready' || why === '' ? why || unit.state : `${unit.state}: ${why}`;
}

function progressOf({ state, activity }: UnitView): string {
  if (!activity) return state;
  const { step, done, total } = activity;
  return total > 0 ? `${step} ${bar(done, total, 10)}  ${amount(done, total)}` : step;
}
