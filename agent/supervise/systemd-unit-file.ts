import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../../proto/digest.ts';
import { Fault } from '../../proto/fault.ts';
import { syncDirectory, writeAtomicallySync } from '../state/atomic-file.ts';
import { uidOf } from './system-user.ts';

const MARKER = /^# promfleet launch=(\S+) content=([0-9a-f]{64})\n/;
/** The line after it: an agent that knows no other homes takes it for content. */
const STATE = /^# promfleet [^\n]*\n# state=(".*")\n/;
const DIRECTORY = /^WorkingDirectory=(.*)$/m;
const USER = /^User=(\S+)$/m;
const DEFAULT_STATE = '/var/lib/promfleet-agent';
const SLOW = '[Service]\nRestartSec=60s\n';

/** Where `systemctl enable` links units that are wanted at boot. */
const WANTED = 'multi-user.target.wants';

/** Of several agents on one host, each with a home of its own, the one that asks. */
export interface UnitOwner {
  readonly state: string;
  /** Whether its own records name the unit. */
  readonly knows: (unit: string) => boolean;
}

/** The unit files that this agent wrote: those of another one's are foreign. Each begins with a marker of what it launches and of its own content. */
export class SystemdUnitFiles {
  readonly #directory: string;
  readonly #runtime: string;
  readonly #owner: UnitOwner | undefined;
  /** @param owner  undefined: whoever wrote a file, it is ours */
  constructor(directory = '/etc/systemd/system', runtime = '/run/systemd/system', owner?: UnitOwner) {
    this.#owner = owner;
    this.#directory = directory;
    this.#runtime = runtime;
  }

  path(unit: string): string {
    return join(this.#directory, `${unit}.service`);
  }

  /** Units whose files are ours. */
  units(): string[] {
    return this.#marked().filter((unit) => this.isOwn(unit));
  }

  exists(unit: string): boolean {
    return lstatSync(this.path(unit), { throwIfNoEntry: false }) !== undefined;
  }

  isOwn(unit: string): boolean {
    const text = this.#read(unit) ?? '';
    return MARKER.test(text) && (this.#owner === undefined || isOwnedBy(this.#owner, unit, stateOf(text)));
  }

  /** The users of all units that any agent on this host wrote. */
  users(): Set<string> {
    return new Set(this.#marked().flatMap((unit) => USER.exec(this.#read(unit) ?? '')?.[1] ?? []));
  }

  /** Whether the user that it names is there, and has the directory that it works in. */
  fitsUser(unit: string): boolean {
    const text = this.#read(unit) ?? '';
    const uid = uidOf(USER.exec(text)?.[1] ?? '');
    const directory = statSync(DIRECTORY.exec(text)?.[1] ?? '', { throwIfNoEntry: false });
    return uid !== undefined && directory?.uid === uid;
  }

  #marked(): string[] {
    return readdirSync(this.#directory)
      .filter((file) => file.endsWith('.service'))
      .map((file) => file.slice(0, -'.service'.length))
      .filter((unit) => MARKER.test(this.#read(unit) ?? ''));
  }

  /** '' when there is no file, or someone changed it: it launches something else than was asked for. */
  launchDigest(unit: string): string {
    const text = this.#read(unit) ?? '';
    const [marker = '', digest = '', content] = MARKER.exec(text) ?? [];
    if (!this.isOwn(unit)) return '';
    return content === sha256(text.slice(marker.length)) ? digest : '';
  }

  /**
   * @returns whether the file is another one than before.
   * @throws Fault `conflict` when the file there is someone else's.
   */
  write(unit: string, launchDigest: string, text: string): boolean {
    const content = (this.#owner ? `# state=${JSON.stringify(this.#owner.state)}\n` : '') + text;
    const marked = `# promfleet launch=${launchDigest} content=${sha256(content)}\n${content}`;
    const before = this.#read(unit);
    if (before === marked) return false;
    if (before !== undefined && !this.isOwn(unit)) throw this.foreign(unit, this.path(unit));
    writeAtomicallySync(this.path(unit), marked, 0o644);
    return true;
  }

  remove(unit: string): void {
    if (this.isOwn(unit)) rmSync(this.path(unit), { force: true });
    this.slowDown(unit, false);
  }

  /** Makes what systemctl enabled or disabled last: it syncs nothing itself, and a unit that was stopped would run again after a power cut. */
  async syncWanted(): Promise<void> {
    const wanted = join(this.#directory, WANTED);
    if (existsSync(wanted)) await syncDirectory(wanted);
    await syncDirectory(this.#directory);
  }

  /** Whether it is linked to be started at boot. */
  isWanted(unit: string): boolean {
    return lstatSync(this.#wantedLink(unit), { throwIfNoEntry: false }) !== undefined;
  }

  /** Of a unit with no file, which systemctl would not disable. */
  unwant(unit: string): void {
    rmSync(this.#wantedLink(unit), { force: true });
  }

  #wantedLink(unit: string): string {
    return join(this.#directory, WANTED, `${unit}.service`);
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
    const state = path === this.path(unit) ? stateOf(this.#read(unit) ?? '') : undefined;
    if (state !== undefined) {
      return new Fault('conflict', `cannot manage ${unit}: ${path} is of another agent, whose state is in ${state}`, {
        hint: 'name the unit here otherwise, or remove that agent first: promfleet-agent uninstall',
      });
    }
    return new Fault('conflict', `cannot manage ${unit}: ${path} is there, and promfleet did not write it`, {
      hint: 'stop that unit and remove its file or its package, or name the unit here otherwise',
    });
  }

  #read(unit: string): string | undefined {
    return readText(this.path(unit));
  }
}

function stateOf(text: string): string | undefined {
  const noted = STATE.exec(text)?.[1];
  return noted === undefined ? undefined : (JSON.parse(noted) as string);
}

/** A file that names no agent is of a time when there was one; one whose state has moved is known by what moved with it. */
function isOwnedBy({ state, knows }: UnitOwner, unit: string, noted: string | undefined): boolean {
  if (noted === state) return true;
  if (noted === undefined) return state === DEFAULT_STATE || knows(unit);
  const [theirs, ours] = [noted, state].map((path) => statSync(path, { throwIfNoEntry: false }));
  if (theirs) return theirs.ino === ours?.ino && theirs.dev === ours.dev;
  return knows(unit);
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
