import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const PATHS = [process.env['PROMFLEET_CHROMIUM'] ?? '', '/usr/bin/chromium', '/usr/bin/chromium-browser'];
const ARGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The browser of this machine, if it has one. With PROMFLEET_REQUIRE_ALL=1 a machine without one fails its tests. */
export const chromiumPath: string | undefined = PATHS.find((path) => path !== '' && existsSync(path));
export const skipsWithoutChromium: boolean = !chromiumPath && process.env['PROMFLEET_REQUIRE_ALL'] !== '1';

export function launchChromium(): Promise<Browser> {
  if (!chromiumPath) throw new Error(`there is no Chromium: none of ${PATHS.filter(Boolean).join(', ')} exists`);
  return chromium.launch({ executablePath: chromiumPath, args: ARGS });
}
