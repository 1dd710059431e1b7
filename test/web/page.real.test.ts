import assert from 'node:assert/strict';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { launchChromium, skipsWithoutChromium } from '../support/chromium.ts';
import { QuickStart } from '../support/quick-start.ts';
import { realMirror } from '../support/real-releases.ts';

const LIVE_MS = 3_000;
const PATIENT_MS = 30_000;

describe.skipIf(skipsWithoutChromium)('the live page of a real fleet, in a real Chromium', () => {
  const life = new AsyncDisposableStack();
  let fleet: QuickStart;
  let browser: Browser;
  let page: Page;
  let origin: string;
  /** What the browser complained of while nothing was meant to go wrong. */
  const complaints: string[] = [];
  const strangers: string[] = [];
  let outage = false;

  beforeAll(async () => {
    const mirror = life.use(await realMirror());
    fleet = life.use(await QuickStart.create());
    fleet.writeFleet(mirror.url);
    const { code, stdout, stderr } = await fleet.up();
    assert.equal(code, 0, stdout + stderr);
    const link = /http:\/\/127\.0\.0\.1:\d+\/#key=\S+/.exec(stdout)?.[0];
    assert.ok(link, `up printed no link to the page:\n${stdout}`);
    origin = new URL(link).origin;
    browser = life.adopt(await launchChromium(), (browser) => browser.close());
    page = await browser.newPage();
    watch(page);
    await page.goto(link);
  });
  afterAll(() => life.disposeAsync());

  function watch(page: Page): void {
    page.on('console', (message) => {
      if (!outage && message.type() !== 'log') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('request', (request) => {
      const { protocol, origin: to } = new URL(request.url());
      if (protocol !== 'data:' && to !== origin) strangers.push(request.url());
    });
    page.on('websocket', (socket) => {
      if (new URL(socket.url()).host !== new URL(origin).host) strangers.push(socket.url());
    });
  }

  const headline = (text: RegExp, timeout = PATIENT_MS) =>
    page.locator('.headline').filter({ hasText: text }).waitFor({ timeout });
  const unit = (name: string, state: string, timeout = PATIENT_MS) =>
    page.locator(`[data-unit="${name}"][data-state="${state}"]`).waitFor({ timeout });

  test('units are ready, targets are up, and the credential is not in the address', async () => {
    await unit('prometheus', 'ready');
    await unit('node_exporter', 'ready');
    await headline(/^All 2 units on 1 host are ready; 2 of 2 targets up$/);
    assert.doesNotMatch(page.url(), /pfo_/);
    // A reload would lose what is written here: it shows that the page changed by itself ever after.
    await page.evaluate(() => Object.assign(window, { neverReloaded: true }));
  });

  test('a query draws a graph and fills a table; Enter runs it', async () => {
    await page.keyboard.press('/');
    await page.locator('#promql').fill('up');
    await page.keyboard.press('Enter');
    const rows = page.locator('.query tbody tr');
    await rows.filter({ hasText: 'up{' }).nth(1).waitFor();
    assert.equal(await rows.count(), 2);
    await page.waitForFunction(isLineDrawn, undefined, { timeout: PATIENT_MS });
    assert.match(page.url(), /query=up/);
  });

  test('what Prometheus says against a query is shown', async () => {
    outage = true;
    await page.locator('#promql').fill('rate(');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').filter({ hasText: 'parse error' }).waitFor();
    outage = false;
    await page.getByRole('button', { name: 'Targets up' }).click();
    await page.locator('.graph canvas').waitFor();
  });

  test('a unit that is stopped shows as stopped at once, and its target as down', async () => {
    await fleet.must('stop', 'node_exporter', '--on', 'all');
    await unit('node_exporter', 'stopped', LIVE_MS);
    await headline(/^1 of 2 units ready, 1 stopped on purpose; 1 of 2 targets is down$/);
    await fleet.must('start', 'node_exporter', '--on', 'all');
    await headline(/^All 2 units on 1 host are ready; 2 of 2 targets up$/);
  });

  test('a controller that is gone is said to be gone, and its return is noticed', async () => {
    outage = true;
    process.kill(fleet.pidOf('controller'), 'SIGKILL');
    await headline(/^The controller does not answer$/, LIVE_MS);
    await page.locator('main.stale').waitFor();
    assert.equal((await fleet.up()).code, 0);
    await headline(/^All 2 units on 1 host are ready; 2 of 2 targets up$/);
    assert.equal(await page.locator('main.stale').count(), 0);
    outage = false;
    assert.equal(await page.evaluate(() => 'neverReloaded' in window), true);
  });

  test('without a credential the page asks for one, and for nothing else', async () => {
    const stranger = await browser.newPage();
    watch(stranger);
    await stranger.goto(origin);
    await stranger.getByRole('heading', { name: 'This page needs a credential' }).waitFor();
  });

  test('the browser had nothing to complain of, and nothing was asked of anyone else', () => {
    assert.deepEqual(complaints, []);
    assert.deepEqual(strangers, []);
  });
});

/** Runs in the page: whether the graph has a line in a colour of its own. Lines that lie on each other show the last. */
function isLineDrawn(): boolean {
  const canvas = document.querySelector('.graph canvas');
  if (!(canvas instanceof HTMLCanvasElement)) return false;
  const style = getComputedStyle(canvas);
  const colours = ['--series-1', '--series-2'].map((name) => style.getPropertyValue(name).trim());
  const wanted = colours.map((colour) => [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16)));
  const { data } = (canvas.getContext('2d') as CanvasRenderingContext2D).getImageData(
    0,
    0,
    canvas.width,
    canvas.height,
  );
  const isDrawn = (at: number) =>
    wanted.some((colour) => colour.every((value, i) => Math.abs(value - (data[at + i] ?? 0)) < 8));
  let found = 0;
  for (let at = 0; at < data.length; at += 4) if (isDrawn(at)) found += 1;
  return found > 20;
}
