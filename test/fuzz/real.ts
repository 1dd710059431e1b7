import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CATALOGUE } from '../../controller/catalogue/catalogue.ts';
import type { FleetDeps, Library } from '../../controller/fleet/deps.ts';
import { resolveFleet } from '../../controller/fleet/resolve-fleet.ts';
import { Verdicts } from '../../controller/fleet/verdicts.ts';
import { ReleaseLibrary } from '../../controller/releases/library.ts';
import { openNetwork } from '../../controller/releases/network.ts';
import { Fault } from '../../proto/fault.ts';
import type { UnitSpec } from '../../proto/spec.ts';
import { freePorts } from '../support/free-port.ts';
import type { TestFleet } from '../support/open-fleet.ts';
import { realMirror } from '../support/real-releases.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import type { FuzzFolder } from './corpus.ts';

/** So long a program has to say that it can't start; one that runs for as long is taken for started. */
const PATIENCE_MS = 20_000;

export interface RealJudge extends AsyncDisposable {
  /**
   * What an apply on hosts would say, with the programs of one of the versions at hand; and where it says nothing, whether they start with
   * exactly what hosts would be given. @throws when a program refuses what was accepted
   */
  judge(folder: FuzzFolder, seed: number): Promise<'refused' | 'accepted'>;
}

export async function openRealJudge(fleet: TestFleet): Promise<RealJudge> {
  const life = new AsyncDisposableStack();
  const mirror = life.use(await realMirror());
  const directory = life.use(temporaryDirectory());
  const ending = life.adopt(new AbortController(), (controller) => controller.abort());
  const library = new ReleaseLibrary({
    directory: directory.path,
    releases: fleet.stores.releases,
    commit: fleet.commit,
    now: Date.now,
    onDownload: () => undefined,
    network: openNetwork({}, ending.signal),
  });
  return {
    async judge(folder, seed) {
      const versioned = inVersions(library, mirror, seed);
      const deps: FleetDeps = { ...fleet, library: versioned, verdicts: new Verdicts() };
      const stored = folder.files.map((file) => ({ ...file, folder: 'fleet' }));
      const options = { applying: 'fleet', locks: {}, overrides: [], lenient: false };
      const { findings, specs } = await resolveFleet(deps, stored, options);
      if (findings.length > 0) return 'refused';
      for (const unit of [...specs.values()].flatMap((spec) => spec.units)) {
        await start(unit, await library.unpacked(unit.release.sha256));
      }
      return 'accepted';
    },
    [Symbol.asyncDispose]: () => life.disposeAsync(),
  };
}

/** The mirror, whatever the sources say, and where no version is asked for one of those that it has. */
const inVersions = (
  library: ReleaseLibrary,
  { url, versions }: { readonly url: string; readonly versions: Readonly<Record<string, readonly string[]>> },
  seed: number,
): Library => ({
  obtain({ component, version, arch }) {
    const known = versions[component.name] ?? [];
    if (component.artifact.at || !CATALOGUE.has(component.name))
      throw new Fault('invalid', `cannot get ${component.name}`);
    const wanted = version ?? known[seed % known.length];
    return library.obtain({ component, version: wanted, arch }, [{ kind: 'mirror', url }]);
  },
  unpacked: (sha256) => library.unpacked(sha256),
});

/** Laid out as on a host, and started with its own words. @throws with what it said when it ends by itself */
async function start(unit: UnitSpec, programs: string): Promise<void> {
  using root = temporaryDirectory();
  const [etc, data] = [join(root.path, 'etc', unit.name), join(root.path, 'var', 'lib', unit.name)];
  for (const directory of [etc, data]) mkdirSync(directory, { recursive: true });
  for (const { path, content } of unit.files) {
    mkdirSync(dirname(join(etc, path)), { recursive: true });
    writeFileSync(join(etc, path), content);
  }
  const [port] = await freePorts(1);
  const argv = unit.argv.map((word) =>
    word
      .replaceAll('{etc}', etc)
      .replaceAll('{var}', data)
      .replaceAll('{release}', programs)
      .replace(/^--web\.listen-address=.*/, `--web.listen-address=127.0.0.1:${port}`),
  );
  const child = spawn(join(programs, unit.program), argv, { cwd: data, env: { ...unit.env }, stdio: 'pipe' });
  const { code, said } = await listen(
    child,
    /msg="?(?:Server is ready|Completed loading of configuration|Listening on)|Loaded config file/i,
  );
  // Debian's builds look for files of their package, which an agent shows them.
  if (/open \/usr\/share\//.test(said)) return;
  assert.equal(
    code,
    undefined,
    `${unit.component} ${unit.release.version} does not start with what was accepted:\n${argv.join(' ')}\n${said}`,
  );
}

async function listen(
  child: ChildProcess,
  ready: RegExp,
): Promise<{ readonly code: number | undefined; readonly said: string }> {
  let said = '';
  const exited = new Promise<number>((done) => child.once('exit', (code) => done(code ?? 0)));
  const started = new Promise<undefined>((done) => {
    setTimeout(() => done(undefined), PATIENCE_MS).unref();
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        said += chunk.toString('utf8');
        if (ready.test(said)) done(undefined);
      });
    }
  });
  const code = await Promise.race([exited, started]);
  child.kill('SIGKILL');
  await exited;
  return { code, said: said.slice(-3000) };
}
