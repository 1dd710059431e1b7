import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../../../proto/fault.ts';
import { runCommand } from './command.ts';
import type { AptTarget } from './mirror-choice.ts';
import { type DebianPackage, readPackages } from './package.ts';

/** Lists older than this are asked for again before they are believed. */
const LISTS_MAX_AGE_MS = 60 * 60_000;

export interface PrivateRootOptions {
  readonly directory: string;
  readonly arch: string;
  readonly targets: readonly AptTarget[];
  readonly keyring: string;
  /** Lines of apt.conf about how to reach servers. */
  readonly acquire: readonly string[];
  readonly now: () => number;
  readonly signal: AbortSignal;
  /** Lists are on their way, of unknown size, or have come. */
  readonly onLists: (done: number, total: number) => void;
}

/**
 * An apt of our own for one suite and one architecture: its lists, cache, status, sources and configuration lie in one
 * directory, so that the machine's apt and dpkg never learn of it. Works without privileges.
 */
export class PrivateRoot {
  readonly #options: PrivateRootOptions;
  /** apt locks its lists: one command at a time. */
  #last: Promise<unknown> = Promise.resolve();
  /** What the present lists say, by the question; asking apt takes most of a second. */
  readonly #shown = new Map<string, DebianPackage[]>();

  constructor(options: PrivateRootOptions) {
    this.#options = options;
  }

  /** Every build of these packages, newest first; a package that the suite lacks is left out. */
  packages(names: readonly string[]): Promise<DebianPackage[]> {
    return this.#inTurn(async () => {
      if (!(await this.#areListsFresh())) await this.#update();
      const shown = this.#shown.get(names.join(' ')) ?? (await this.#show(names));
      this.#shown.set(names.join(' '), shown);
      return shown;
    });
  }

  async #show(names: readonly string[]): Promise<DebianPackage[]> {
    try {
      return readPackages(await this.#run('apt-cache', ['show', ...names]));
    } catch (error) {
      if (error instanceof Fault && /No packages found/.test(error.message)) return [];
      throw error;
    }
  }

  /** Leaves the packages in `into`, each checked by apt against its signed lists. */
  download(packages: readonly DebianPackage[], into: string, onFraction: (fraction: number) => void): Promise<void> {
    const words = packages.map(({ name, version }) => `${name}=${version}`);
    const run = () => this.#run('apt-get', ['download', '-q', '-o', 'APT::Status-Fd=3', ...words], into, onFraction);
    return this.#inTurn(async () => {
      try {
        await run();
      } catch (error) {
        if (this.#options.signal.aborted) throw error;
        // The suite has moved on since its lists were read, or a mirror was broken for a moment.
        await this.#update();
        await run();
      }
    });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work, work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async #areListsFresh(): Promise<boolean> {
    const updatedAt = await stat(this.#path('updated')).then(
      (stats) => stats.mtimeMs,
      () => 0,
    );
    return this.#options.now() - updatedAt < LISTS_MAX_AGE_MS && (await this.#isConfigured());
  }

  async #isConfigured(): Promise<boolean> {
    return stat(this.#path('apt.conf')).then(
      () => true,
      () => false,
    );
  }

  async #update(): Promise<void> {
    for (const part of ['lists/partial', 'archives/partial', 'state'])
      await mkdir(this.#path(part), { recursive: true });
    this.#shown.clear();
    await writeFile(this.#path('status'), '');
    await writeFile(this.#path('debian.sources'), sourcesFile(this.#options));
    await writeFile(this.#path('apt.conf'), configFile(this.#options));
    this.#options.onLists(0, 0);
    // Tried twice only: where nothing answers, someone waits for every suite in turn.
    await this.#run('apt-get', ['update', '-q', '-o', 'Acquire::Retries=1', '-o', 'pkgCacheFile::Generate=false']);
    await writeFile(this.#path('updated'), '');
    const lists = (await readdir(this.#path('lists'))).map((name) => stat(this.#path(`lists/${name}`)));
    const size = (await Promise.all(lists)).reduce((sum, stats) => sum + stats.size, 0);
    this.#options.onLists(size, size);
  }

  #run(
    program: string,
    args: readonly string[],
    cwd?: string,
    onFraction?: (fraction: number) => void,
  ): Promise<string> {
    return runCommand(program, args, {
      cwd: cwd ?? this.#options.directory,
      env: { APT_CONFIG: this.#path('apt.conf') },
      signal: this.#options.signal,
      onStatus(lines) {
        const percent = /dlstatus:\d+:([\d.]+):/.exec(lines.trimEnd().split('\n').at(-1) ?? '')?.[1];
        if (percent !== undefined) onFraction?.(Number(percent) / 100);
      },
    });
  }

  #path(name: string): string {
    return join(this.#options.directory, name);
  }
}

function sourcesFile({ targets, arch, keyring }: PrivateRootOptions): string {
  return targets
    .map(({ uri, suite }) => {
      const lines = ['Types: deb', `URIs: ${uri}`, `Suites: ${suite}`, 'Components: main', `Architectures: ${arch}`];
      // A mirror of sid that lags by days is stale to apt and still good to us: versions are exact.
      if (suite === 'sid' || suite === 'unstable') lines.push('Check-Valid-Until: no');
      return [...lines, `Signed-By: ${keyring}`, ''].join('\n');
    })
    .join('\n');
}

function configFile({ directory, arch, acquire }: PrivateRootOptions): string {
  return [
    ...acquire,
    'Dir::Etc::main "/dev/null";',
    'Dir::Etc::parts "/dev/null";',
    'Dir::Etc::preferences "/dev/null";',
    'Dir::Etc::preferencesparts "/dev/null";',
    'Dir::Etc::trusted "/dev/null";',
    'Dir::Etc::trustedparts "/dev/null";',
    `Dir::Etc::sourcelist "${directory}/debian.sources";`,
    'Dir::Etc::sourceparts "/dev/null";',
    `Dir::State "${directory}/state";`,
    `Dir::State::lists "${directory}/lists";`,
    `Dir::State::status "${directory}/status";`,
    `Dir::Cache "${directory}";`,
    `Dir::Cache::archives "${directory}/archives";`,
    // Built in memory each time: the file would be larger than the lists.
    'Dir::Cache::pkgcache "";',
    'Dir::Cache::srcpkgcache "";',
    `Dir::Log "${directory}";`,
    `APT::Architecture "${arch}";`,
    `APT::Architectures { "${arch}"; };`,
    // As root, apt would download as _apt, who can't enter the controller's private directory.
    'APT::Sandbox::User "root";',
    'APT::Update::Error-Mode "any";',
    'Acquire::Languages "none";',
    'Acquire::PDiffs "false";',
    'Acquire::GzipIndexes "true";',
    'Acquire::Retries "3";',
    'Acquire::http::Timeout "15";',
    'Acquire::https::Timeout "15";',
    '',
  ].join('\n');
}
