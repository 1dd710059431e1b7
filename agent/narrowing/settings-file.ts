import { realpathSync, type Stats, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Finding, messageOf } from '../../proto/fault.ts';
import { lstatOf } from '../install/config-set.ts';
import { readDigestList } from './digest-list.ts';
import { NO_SETTINGS, type Settings } from './settings.ts';

const MOST_BYTES = 4 * 1024 * 1024;

export interface SettingsLook {
  /** What may be relied on; without any `problem` it is what the file says. */
  readonly settings: Settings;
  /** Why the file can't be used: then nothing may be changed on this host. '' when all is well. */
  readonly problem: string;
}

/** agent.yaml, read again whenever it, or the list of digests that it names, is another one. */
export class SettingsFile {
  readonly path: string;
  readonly #dataDirectory: string;
  #stamp: string | undefined;
  #digests: { readonly path: string; readonly stamp: string } | undefined;
  #look: SettingsLook = { settings: NO_SETTINGS, problem: '' };
  #looking: Promise<SettingsLook> = Promise.resolve(this.#look);

  constructor({ etc, var: dataDirectory }: { readonly etc: string; readonly var: string }) {
    this.path = `${etc}/promfleet/agent.yaml`;
    this.#dataDirectory = dataDirectory;
  }

  /** As it was at the last look. */
  get current(): SettingsLook {
    return this.#look;
  }

  /** Whether a look would find something else. */
  get hasChanged(): boolean {
    return this.#stamp !== stampOf(this.path) || (this.#digests?.stamp ?? '') !== stampOf(this.#digests?.path);
  }

  look(): Promise<SettingsLook> {
    this.#looking = this.#looking.then(() => this.#lookAgain());
    return this.#looking;
  }

  async #lookAgain(): Promise<SettingsLook> {
    if (!this.hasChanged) return this.#look;
    // Before reading: a change from now on is found by the next look.
    this.#stamp = stampOf(this.path);
    try {
      this.#look = { settings: await this.#read(), problem: '' };
    } catch (error) {
      const { settings } = this.#look;
      this.#look = { settings, problem: `cannot use ${this.path}: ${messageOf(error)}` };
    }
    return this.#look;
  }

  async #read(): Promise<Settings> {
    const text = await readOwn(this.path);
    this.#digests = undefined;
    if (text === undefined) return NO_SETTINGS;
    // Loaded where there is such a file: most hosts have none.
    const { readSettings } = await import('./read-settings.ts');
    const { settings, digestsFile, findings } = readSettings(this.path, text, this.#dataDirectory);
    refuse(findings);
    if (digestsFile === '' || !settings.allow) return settings;
    this.#digests = { path: digestsFile, stamp: stampOf(digestsFile) };
    const list = await readOwn(digestsFile);
    if (list === undefined) throw new Error(`${digestsFile}, which it names, is not there`);
    const { digests, findings: wrong } = readDigestList(digestsFile, list);
    refuse(wrong);
    const releaseDigests = [...(settings.allow.releaseDigests ?? []), ...digests];
    return { ...settings, allow: { ...settings.allow, releaseDigests } };
  }
}

function refuse(findings: readonly Finding[]): void {
  if (findings.length === 0) return;
  const lines = findings.map(({ file, line, column, message, hint }) => {
    const next = hint ? `; ${hint}` : '';
    return `${file}:${line}:${column}: ${message}${next}`;
  });
  throw new Error(lines.length === 1 ? lines[0] : `\n${lines.join('\n')}`);
}

/** Undefined when there is no such file. @throws when it can't be read, or others than root and this agent's user may change it. */
async function readOwn(path: string): Promise<string | undefined> {
  if (!lstatOf(path)) return undefined;
  await using file = await open(path, 'r');
  const found = await file.stat();
  if (!found.isFile()) throw new Error(`${path} is no file`);
  const places = new Set([dirname(path), dirname(realpathSync(path))]);
  for (const [place, stat] of [[path, found] as const, ...[...places].map((one) => [one, statSync(one)] as const)])
    refuseForeign(place, stat);
  if (found.size > MOST_BYTES) throw new Error(`${path} is longer than ${MOST_BYTES} bytes`);
  return new TextDecoder('utf-8', { fatal: true }).decode(await file.readFile());
}

/** Who can write it could allow himself anything. */
function refuseForeign(path: string, { uid, mode }: Stats): void {
  if (uid !== 0 && uid !== process.geteuid?.())
    throw new Error(`${path} belongs to user id ${uid}; chown root ${path}`);
  if ((mode & 0o022) !== 0) throw new Error(`others than its owner may write to ${path}; chmod go-w ${path}`);
}

/** Changes whenever the file, its rights or those of its directory do. */
function stampOf(path: string | undefined): string {
  const link = path === undefined ? undefined : lstatOf(path);
  // Looked for every moment, and on most hosts not there.
  if (path === undefined || !link) return '';
  const directory = statOf(dirname(path));
  return [
    directory && [directory.mode, directory.uid],
    ...[link, statOf(path)].map((stat) => stat && `${stat.ino} ${stat.size} ${stat.ctimeMs}`),
  ].join();
}

/** Of what a link leads to, which may be itself, or below something that is no directory. */
function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
