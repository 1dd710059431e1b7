import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../../proto/digest.ts';
import { Fault } from '../../proto/fault.ts';
import { syncDirectory, writeAtomicallySync } from '../state/atomic-file.ts';

const MARKER = /^# promfleet launch=(\S+) content=([0-9a-f]{64})\n/;
const SLOW = '[Service]\nRestartSec=60s\n';

/** Where `systemctl enable` links units that are wanted at boot. */
const WANTED = 'multi-user.target.wants';

/** The unit files that promfleet wrote. Each begins with a marker of what it launches and of its own content. */
export class SystemdUnitFiles {
  readonly #directory: string;
  readonly #runtime: string;
  constructor(directory = '/etc/systemd/system', runtime = '/run/systemd/system') {
    this.#directory = directory;
    this.#runtime = runtime;
  }

  path(unit: string): string {
    return join(this.#directory, `${unit}.service`);
  }

  /** Units whose files are promfleet's. */
  units(): string[] {
    return readdirSync(this.#directory)
      .filter((file) => file.endsWith('.service'))
      .map((file) => file.slice(0, -'.service'.length))
      .filter((unit) => MARKER.test(this.#read(unit) ?? ''));
  }

  /** '' when there is no file, or someone changed it: it launches something else than was asked for. */
  launchDigest(unit: string): string {
    const text = this.#read(unit) ?? '';
    const [marker = '', digest = '', content] = MARKER.exec(text) ?? [];
    return content === sha256(text.slice(marker.length)) ? digest : '';
  }

  /**
   * @returns whether the file is another one than before.
   * @throws Fault `conflict` when the file there is someone else's.
   */
  write(unit: string, launchDigest: string, content: string): boolean {
    const marked = `# promfleet launch=${launchDigest} content=${sha256(content)}\n${content}`;
    const before = this.#read(unit);
    if (before === marked) return false;
    if (before !== undefined && !MARKER.test(before)) throw this.foreign(unit, this.path(unit));
    writeAtomicallySync(this.path(unit), marked, 0o644);
    return true;
  }

  remove(unit: string): void {
    if (MARKER.test(this.#read(unit) ?? '')) rmSync(this.path(unit), { force: true });
    this.slowDown(unit, false);
  }

  /** Makes what systemctl enabled or disabled last: it syncs nothing itself, and a unit that was stopped would run again after a power cut. */
  async syncWanted(): Promise<void> {
    const wanted = join(this.#directory, WANTED);
    if (existsSync(wanted)) await syncDirectory(wanted);
    await syncDirectory(this.#directory);
  }

  /** Lets systemd wait a minute before each restart, until it is taken back or the machine boots. @returns whether that is new. */
  slowDown(unit: string, slow: boolean): boolean {
    const directory = join(this.#runtime, `${unit}.service.d`);
    const path = join(directory, 'promfleet-slow.conf');
    if (slow === (readText(path) !== undefined)) return false;
    if (slow) {
      mkdirSync(directory, { recursive: true });
      writeAtomicallySync(path, SLOW, 0o644);
    } else {
      rmSync(path, { force: true });
    }
    return true;
  }

  foreign(unit: string, path: string): Fault {
    return new Fault('conflict', `cannot manage ${unit}: ${path} is there, and promfleet did not write it`, {
      hint: 'stop that unit and remove its file or its package, or name the unit here otherwise',
    });
  }

  #read(unit: string): string | undefined {
    return readText(this.path(unit));
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
