import { isRelief, judgeDisk } from './judge-disk.ts';
import { roomAt } from './read-room.ts';
import type { Room } from './room.ts';

const CALM_MS = 10_000;
const ALERT_MS = 2_000;

export interface DiskWatchOptions {
  /** Places that lie on the disks to look at; several may lie on one. */
  readonly paths: readonly string[];
  /** Something waits for room: then it is looked for often. */
  readonly isAwaited: () => boolean;
  /** '' when all is well. */
  readonly onProblem: (problem: string) => void;
  readonly onRelief: () => void;
}

/** Looks at the disks that promfleet uses: says what is nearly full, and when there is room again. */
export class DiskWatch {
  readonly #options: DiskWatchOptions;
  /** By device. */
  #rooms = new Map<number, Room>();
  #said = new Map<number, string>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: DiskWatchOptions) {
    this.#options = options;
  }

  /** Called by whom a disk has just failed, too: more room than there was then is what it waits for. */
  look(): void {
    clearTimeout(this.#timer);
    const { paths, onProblem, onRelief, isAwaited } = this.#options;
    // Of two views of one disk the worse counts.
    const all = paths.flatMap(roomsAt).toSorted((a, b) => Number(a.isReadOnly) - Number(b.isReadOnly));
    const rooms = new Map(all.map((room) => [room.key, room]));
    const said = new Map([...rooms].map(([key, room]) => [key, judgeDisk(room, this.#said.get(key))]));
    const isRelieved = [...rooms].some(([key, room]) => isRelief(this.#rooms.get(key) ?? room, room));
    const problem = (of: ReadonlyMap<number, string>) => [...of.values()].filter((text) => text !== '').join('; ');
    const isNews = problem(said) !== problem(this.#said);
    this.#rooms = rooms;
    this.#said = said;
    if (isNews) onProblem(problem(said));
    if (isRelieved) onRelief();
    const delayMs = problem(said) !== '' || isAwaited() ? ALERT_MS : CALM_MS;
    this.#timer = setTimeout(() => this.look(), delayMs).unref();
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}

/** A place that can't be looked at says nothing of its disk. */
function roomsAt(path: string): ReturnType<typeof roomAt>[] {
  try {
    return [roomAt(path)];
  } catch {
    return [];
  }
}
