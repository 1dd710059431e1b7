import type { Client } from './client.ts';
import { type Download, downloadLine, SPINNER } from './live-view.ts';
import { type Terminal, writeLines } from './terminal.ts';

const REDRAW_MS = 100;
/** What takes no longer needs no explanation. */
const SILENT_MS = 700;

/** Shows what the controller fetches while `work` waits for it: bars on a terminal, elsewhere a line for each. */
export async function watchDownloads<T>(
  client: Client,
  out: Terminal,
  doing: string,
  work: () => Promise<T>,
): Promise<T> {
  const view = new DownloadsView(out, doing);
  const live = client.live(
    (message) => {
      if (message.type === 'download') view.hear(message);
    },
    () => {},
  );
  const timer = setInterval(() => view.draw(), REDRAW_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    live.close();
    view.clear();
  }
}

class DownloadsView {
  readonly #out: Terminal;
  readonly #doing: string;
  readonly #downloads = new Map<string, Download>();
  readonly #said = new Set<string>();
  #tick = 0;
  #drawn = 0;

  constructor(out: Terminal, doing: string) {
    this.#out = out;
    this.#doing = doing;
  }

  hear(download: Download): void {
    const isDone = download.total > 0 && download.done >= download.total;
    if (isDone) this.#downloads.delete(download.what);
    else this.#downloads.set(download.what, download);
    if (this.#out.isTerminal || this.#said.has(download.what)) return;
    this.#said.add(download.what);
    writeLines(this.#out, [`  downloading ${download.what}`]);
  }

  draw(): void {
    if (++this.#tick * REDRAW_MS < SILENT_MS || !this.#out.isTerminal) return;
    const { paint, width } = this.#out;
    const spinner = paint('busy', SPINNER[this.#tick % SPINNER.length] ?? '');
    const bars = [...this.#downloads.values()].map((download) => `    ${downloadLine(download, width - 4)}`);
    this.clear();
    writeLines(this.#out, [`${spinner} ${this.#doing}`, ...bars]);
    this.#drawn = 1 + bars.length;
  }

  clear(): void {
    this.#out.erase(this.#drawn);
    this.#drawn = 0;
  }
}
