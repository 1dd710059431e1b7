import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const LAB = fileURLToPath(new URL('lab.sh', import.meta.url));

/** What keeps this machine from booting hosts; '' when nothing does. */
export const labIsMissing = (): string =>
  execFileSync(LAB, ['missing'], { encoding: 'utf8' }).trim().replaceAll('\n', '; ');

/** One real Debian host, booted, and gone at the end. */
export class LabHost implements Disposable {
  readonly #env: NodeJS.ProcessEnv;
  readonly #name = 'h1';

  constructor(lab: { name: string; net: string }, suite = 'bookworm') {
    this.#env = { ...process.env, LAB_NAME: lab.name, LAB_NET: lab.net };
    this.#lab('down');
    this.#lab('up', '1', suite);
  }

  /** Copies a file or directory of this machine into the host. */
  copyIn(from: string, to: string): void {
    const inside = join(this.#lab('root', this.#name).trim(), to);
    mkdirSync(dirname(inside), { recursive: true });
    cpSync(from, inside, { recursive: true });
  }

  /** @returns what it printed. @throws when it fails. */
  run(...words: string[]): Promise<string> {
    return new Promise((resolve, reject) => {
      execFile(LAB, ['exec', this.#name, ...words], { env: this.#env, encoding: 'utf8' }, (error, stdout, stderr) => {
        if (error) reject(new Error(`${words.join(' ')}: ${stderr || error.message}`));
        else resolve(stdout);
      });
    });
  }

  spawn(...words: string[]): ChildProcess {
    return spawn(LAB, ['exec', this.#name, ...words], { env: this.#env, stdio: ['ignore', 'pipe', 'inherit'] });
  }

  powerCut(): void {
    this.#lab('kill', this.#name);
  }
  boot(): void {
    this.#lab('start', this.#name);
  }
  [Symbol.dispose](): void {
    this.#lab('down');
  }

  #lab(...words: string[]): string {
    return execFileSync(LAB, words, { env: this.#env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
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
