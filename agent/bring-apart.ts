import { Fault } from '../proto/fault.ts';
import type { Release } from '../proto/spec.ts';
import type { Apart } from './apart.ts';
import { type Bring, bringHere, type FetchRelease, type OnProgress } from './install/bring-release.ts';
import { nameDisk } from './install/disk-fault.ts';
import { type Layout, layoutOf } from './install/layout.ts';
import { IdentityFile } from './state/identity-file.ts';
import { sessionClient } from './uplink/channel.ts';
import { fetchRelease } from './uplink/fetch-release.ts';

const SAY_AGAIN_MS = 500;

/** What the process that brings a release is told. */
export interface Errand {
  readonly home: string | undefined;
  /** Where the controller is reached now. */
  readonly address: string;
  readonly release: Release;
}

/** Has a process of its own bring releases, over a connection of its own. @param address  throws where there is no controller now */
export const bringApart =
  (apart: Apart, home: string | undefined, address: () => string): Bring =>
  async (release, onProgress, signal) => {
    const errand: Errand = { home, address: address(), release };
    const onLine = (line: string) => onProgress(...(JSON.parse(line) as Parameters<OnProgress>));
    await apart(['bring', JSON.stringify(errand)], { onLine, signal });
  };

/** That process. @param say  prints a line */
export async function runErrand(
  { home, address, release }: Errand,
  say: (line: string) => void,
  ticks: () => number,
): Promise<void> {
  let saidAt = Number.NEGATIVE_INFINITY;
  const onProgress: OnProgress = (step, done, total) => {
    if (step === 'downloading' && ticks() - saidAt < SAY_AGAIN_MS) return;
    saidAt = ticks();
    say(JSON.stringify([step, done, total]));
  };
  await bringOver(layoutOf(home), () => address)(release, onProgress, new AbortController().signal);
}

/** In this process, over a connection of its own. */
export const bringOver =
  (layout: Layout, address: () => string): Bring =>
  async (release, onProgress, signal) => {
    const identity = new IdentityFile(layout.state).read();
    if (!identity) throw new Fault('unavailable', 'cannot download: this host is not enrolled');
    const client = sessionClient(address(), identity);
    const fetch: FetchRelease = (sha256, offset, abort) => fetchRelease(client, sha256, offset, abort);
    try {
      await bringHere(layout, fetch)(release, onProgress, signal);
    } catch (error) {
      const what = `install ${release.component} ${release.version}`;
      throw nameDisk(error, what, [layout.downloads, layout.releases]);
    } finally {
      client.close();
    }
  };
