// npm run captures [-- enrol]: runs the quick start for real, or enrols a booted host, and writes what a person sees of it to docs/images/.
// Needs tmux and Chromium.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { FleetOfHosts } from '../hosts/fleet-of-hosts.ts';
import { type LabHost, labOf } from '../hosts/lab-host.ts';
import { eventually } from '../support/eventually.ts';
import { terminalPage } from './ansi-html.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const IMAGES = join(ROOT, 'docs/images');
const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/google-chrome'].find(existsSync);
const SESSION = `captures-${process.pid}`;
const PATIENCE_MS = 180_000;

const [only] = process.argv.slice(2);
// In plain sight of whoever looks at the pictures.
const home = '/srv/promfleet';
if (existsSync(home)) throw new Error(`${home} is there already: remove it first`);
const fleet = join(home, 'fleet');
const tmux = (...args: string[]) => execFileSync('tmux', ['-L', SESSION, ...args], { encoding: 'utf8' });

await using browser = await chromium.launch({
  ...(CHROMIUM ? { executablePath: CHROMIUM } : {}),
  args: ['--no-sandbox'],
});

/** Types a command, waits until it is over, and draws what the terminal then shows. */
async function capture(name: string, command: string): Promise<string> {
  tmux('send-keys', '-t', SESSION, `clear; ${command}; echo; tmux -L ${SESSION} wait-for -S done-${name}`, 'Enter');
  execFileSync('tmux', ['-L', SESSION, 'wait-for', `done-${name}`], { timeout: PATIENCE_MS });
  await sleep(300);
  await draw(name, command);
  return tmux('capture-pane', '-t', SESSION, '-p', '-J');
}

async function draw(name: string, title: string): Promise<void> {
  const text = tmux('capture-pane', '-t', SESSION, '-p', '-e').replace(/\n[^\n]*[$#] *\n*$/, '\n');
  const page = await browser.newPage({ deviceScaleFactor: 1.5 });
  await page.setContent(terminalPage(text, title));
  await page.locator('main').screenshot({ path: join(IMAGES, `${name}.png`) });
  await page.close();
}

/** What who pastes the line sees, on a bare host that is booted for it. */
async function captureEnrolment(): Promise<void> {
  await using hosts = await FleetOfHosts.open(labOf(9));
  const [host] = (await hosts.lab.boot({})) as [LabHost];
  const line = await hosts.installLine('--label', 'role=db');
  const root = `${join(ROOT, 'test/hosts/lab.sh')} exec ${host.name} env TERM=xterm PS1='${host.name}:~# ' bash --norc`;
  const { LAB_NAME, LAB_NET } = hosts.lab.env;
  tmux('send-keys', '-t', SESSION, `LAB_NAME=${LAB_NAME} LAB_NET=${LAB_NET} ${root}`, 'Enter');
  await sleep(1_000);
  tmux('send-keys', '-t', SESSION, 'cd; clear', 'Enter');
  await sleep(500);
  tmux('send-keys', '-t', SESSION, '-l', line);
  tmux('send-keys', '-t', SESSION, 'Enter');
  await eventually(() => assert.match(tmux('capture-pane', '-t', SESSION, '-p'), /promfleet: done/), PATIENCE_MS);
  await sleep(500);
  await draw('enrol', `root@${host.name}`);
  tmux('send-keys', '-t', SESSION, 'exit', 'Enter');
}

async function capturePage(name: string, url: string, colorScheme: 'light' | 'dark'): Promise<void> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 860 }, colorScheme });
  await page.goto(url);
  await page.getByText('Memory used').click();
  await sleep(4_000);
  await page.screenshot({ path: join(IMAGES, `${name}.png`) });
  await page.close();
}

try {
  tmux('new-session', '-d', '-s', SESSION, '-x', '104', '-y', '34', '-c', ROOT);
  tmux(
    'send-keys',
    '-t',
    SESSION,
    `export PROMFLEET_QUICKSTART=${home} PATH=${ROOT}installers:$PATH PS1='$ '`,
    'Enter',
  );
  if (only === 'enrol') await captureEnrolment();
  else await captureQuickStart();
} finally {
  tmux('kill-server');
  rmSync(home, { recursive: true, force: true });
}

async function captureQuickStart(): Promise<void> {
  const said = await capture('up', 'promfleet up');
  const link = /http:\/\/127\.0\.0\.1:\d+\/#key=\S+/.exec(said)?.[0] ?? '';
  await sleep(60_000);
  await capture('status', 'promfleet status');
  const config = join(fleet, 'prometheus.yml');
  const good = readFileSync(config, 'utf8');
  writeFileSync(config, good.replaceAll('5s', '10s'));
  await capture('plan', `promfleet plan -f ${fleet}`);
  writeFileSync(config, good.replace('scrape_interval', 'scrape_intervall'));
  await capture('failed-apply', `promfleet apply -f ${fleet}`);
  writeFileSync(config, good);
  await capturePage('page', link, 'light');
  await capturePage('page-dark', link, 'dark');
  await capture('down', 'promfleet down --yes');
}
