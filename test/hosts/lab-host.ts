import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe } from 'vitest';

const LAB = fileURLToPath(new URL('lab.sh', import.meta.url));
const MAX_OUTPUT = 64 * 1024 * 1024;

/** What keeps this machine from booting hosts; '' when nothing does. */
export const labIsMissing = (): string =>
  execFileSync(LAB, ['missing'], { encoding: 'utf8' }).trim().replaceAll('\n', '; ');

/** `describe` where hosts can boot; elsewhere it is skipped aloud, or fails when nothing may be. */
export function describeLab(what: string, tests: () => void): void {
  const missing = labIsMissing();
  if (missing && process.env['PROMFLEET_REQUIRE_ALL'] === '1') throw new Error(`cannot boot lab hosts: ${missing}`);
  if (missing) console.warn(`skipped: ${what}, because ${missing}`);
  describe.skipIf(missing !== '')(what, tests);
}

/** Where a lab is: what its hosts, cgroups and links are called, and their /24. */
export interface LabPlace {
  /** Five letters at most. */
  readonly name: string;
  /** Three numbers: this machine is `.1` there, host hN is `.(10+N)`. */
  readonly net: string;
}

/** Labs that are up at the same time have different indices; checkouts that test at the same time have different environments. */
export function labOf(index: number, env: NodeJS.ProcessEnv = process.env): LabPlace {
  const [first, second, third] = (env['PROMFLEET_LAB_NET'] ?? '10.78.0').split('.').map(Number);
  return { name: `${env['PROMFLEET_LAB_NAME'] ?? 'pf'}${index}`, net: `${first}.${second}.${(third ?? 0) + index}` };
}

/** `bookworm-sysv` has another init than systemd. */
export type Suite = 'bookworm' | 'trixie' | 'bookworm-sysv';

export interface NewHost {
  readonly suite?: Suite;
  readonly diskMiB?: number;
}

/** Real Debian hosts, booted side by side on one network, and gone at the end. */
export class Lab implements Disposable {
  readonly place: LabPlace;
  readonly hosts: LabHost[] = [];

  /** What an earlier run left is taken down. */
  constructor(place: LabPlace) {
    this.place = place;
    this.#down();
  }

  /** This machine, as its hosts see it. */
  get outside(): string {
    return `${this.place.net}.1`;
  }

  /** More hosts, the next numbers. */
  async boot(...wanted: readonly NewHost[]): Promise<LabHost[]> {
    const hosts: LabHost[] = [];
    for (const { suite = 'bookworm', diskMiB = 4096 } of wanted) {
      const host = new LabHost(this, this.hosts.length + 1);
      await this.call(['new', host.name, suite, String(diskMiB)]);
      this.hosts.push(host);
      hosts.push(host);
    }
    await this.call(['start', ...hosts.map(({ name }) => name)]);
    return hosts;
  }

  [Symbol.dispose](): void {
    this.#down();
  }

  #down(): void {
    execFileSync(LAB, ['down'], { env: this.env, stdio: ['ignore', 'inherit', 'inherit'] });
  }

  /** Of lab.sh. @returns what it printed. @throws when it fails. */
  call(words: readonly string[], input = ''): Promise<string> {
    return new Promise((resolve, reject) => {
      const options = { env: this.env, encoding: 'utf8', maxBuffer: MAX_OUTPUT } as const;
      const child = execFile(LAB, words, options, (error, stdout, stderr) => {
        if (error) reject(new Error(`${words.join(' ')}: ${stderr || error.message}`));
        else resolve(stdout);
      });
      // Who does not read it closes it.
      child.stdin?.on('error', () => undefined).end(input);
    });
  }
  get env(): NodeJS.ProcessEnv {
    return { ...process.env, LAB_NAME: this.place.name, LAB_NET: this.place.net };
  }
}

export class LabHost {
  readonly #lab: Lab;
  readonly name: string;
  readonly address: string;

  constructor(lab: Lab, number: number) {
    this.#lab = lab;
    this.name = `h${number}`;
    this.address = `${lab.place.net}.${10 + number}`;
  }

  /** Its root directory, as this machine sees it. */
  async root(): Promise<string> {
    return (await this.#call('root')).trim();
  }

  /** Copies a file or directory of this machine into the host, lastingly. */
  async copyIn(from: string, to: string): Promise<void> {
    const inside = join(await this.root(), to);
    mkdirSync(dirname(inside), { recursive: true });
    cpSync(from, inside, { recursive: true, verbatimSymlinks: true });
    execFileSync('sync', ['--file-system', inside]);
  }

  /** As root. @returns what it printed. @throws when it fails. */
  run(...words: readonly string[]): Promise<string> {
    return this.#call('exec', ...words);
  }

  /** The same with something on its standard input. */
  feed(input: string, ...words: readonly string[]): Promise<string> {
    return this.#lab.call(['exec', this.name, ...words], input);
  }

  /** Some lines of shell. */
  sh(script: string): Promise<string> {
    return this.run('sh', '-c', script);
  }

  spawn(...words: readonly string[]): ChildProcess {
    return spawn(LAB, ['exec', this.name, ...words], { env: this.#lab.env, stdio: ['ignore', 'pipe', 'inherit'] });
  }

  /** What was not synced is lost, and nobody hears of it. */
  async powerCut(): Promise<void> {
    await this.#call('kill');
  }
  /** After a power cut, a wipe or a shutdown from inside: its cable is in. */
  async boot(): Promise<void> {
    await this.#call('start');
  }
  /** Ctrl-Alt-Del, and up again. */
  async reboot(): Promise<void> {
    await this.#call('reboot');
  }
  /** Until the boot that is under way is over. */
  async awaitBoot(): Promise<void> {
    await this.#call('wait');
  }
  async cutCable(): Promise<void> {
    await this.#call('cut');
  }
  async healCable(): Promise<void> {
    await this.#call('heal');
  }
  /** Leaves that many bytes of room on its disk. */
  async fillDisk(bytes = 0): Promise<void> {
    await this.#call('fill', String(bytes));
  }
  async freeDisk(): Promise<void> {
    await this.#call('free');
  }
  /** Another machine in its place, on an empty disk, powered off. */
  async wipe(): Promise<void> {
    await this.#call('wipe');
  }

  /** All of it, the identity too; both are powered off. */
  async copyDiskOf(other: LabHost): Promise<void> {
    await this.#call('copy', other.name);
  }

  #call(verb: string, ...words: readonly string[]): Promise<string> {
    return this.#lab.call([verb, this.name, ...words]);
  }
}

/** Whoever is told to end takes the hosts with it: they would outlive it. */
export function endedBy(cleanUp: () => Promise<void>): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      void cleanUp().finally(() => process.exit(1));
    });
  }
}

/** The files of one of Debian's packages, which is not installed. */
export function unpackedPackage(name: string): { readonly path: string; [Symbol.dispose](): void } {
  const directory = mkdtempSync(join(tmpdir(), 'promfleet-deb-'));
  execFileSync('apt-get', ['download', '-qq', '-o', 'APT::Sandbox::User=root', name], { cwd: directory });
  const [deb = ''] = readdirSync(directory);
  execFileSync('dpkg-deb', ['-x', join(directory, deb), join(directory, 'out')]);
  return { path: join(directory, 'out'), [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }) };
}
