import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { QuickStartHome } from './home.ts';

const LASTS_MS = 30 * 86_400_000;
const RENEWED_MS = 86_400_000;

interface StoredKey {
  readonly credential: string;
  readonly expiresAt: number;
}

/** The credential in the link to the live page: it may look, not change. Kept below the home, readable by its owner only. */
export class PageKey {
  readonly #path: string;

  constructor(home: QuickStartHome) {
    this.#path = join(home.directory, 'page-key.json');
  }

  static readonly request = (now: number) => ({
    name: `live-page-${new Date(now).toISOString().slice(0, 19).replaceAll(/[-:T]/g, '')}`,
    role: 'viewer',
    lastsMs: LASTS_MS,
  });

  async obtain(now: number, create: () => Promise<StoredKey>): Promise<string> {
    if (existsSync(this.#path)) {
      const stored = JSON.parse(readFileSync(this.#path, 'utf8')) as StoredKey;
      if (stored.expiresAt > now + RENEWED_MS) return stored.credential;
    }
    const { credential, expiresAt } = await create();
    writeFileSync(this.#path, JSON.stringify({ credential, expiresAt }), { mode: 0o600 });
    return credential;
  }
}
