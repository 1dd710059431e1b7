import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Commit, commitTo } from '../../controller/events/commit.ts';
import type { Live } from '../../controller/events/event.ts';
import { EventStream } from '../../controller/events/stream.ts';
import { type Applied, applyFleet } from '../../controller/fleet/apply.ts';
import type { Consent } from '../../controller/fleet/brakes.ts';
import type { FleetDeps, Library } from '../../controller/fleet/deps.ts';
import { inLayers } from '../../controller/fleet/layers.ts';
import { Verdicts } from '../../controller/fleet/verdicts.ts';
import { customBuild } from '../../controller/releases/source.ts';
import { Vault } from '../../controller/secrets/vault.ts';
import { openDatabase } from '../../controller/store/database.ts';
import type { HostRow } from '../../controller/store/hosts.ts';
import type { StoredRelease } from '../../controller/store/releases.ts';
import { openStores, type Stores } from '../../controller/store/stores.ts';
import { sha256 } from '../../proto/digest.ts';
import { Fault } from '../../proto/fault.ts';
import { type Files, folderOf } from './fleet-folder.ts';
import { facts } from './samples.ts';
import { temporaryDirectory } from './temporary-directory.ts';
import { testKey } from './test-key.ts';

export interface TestFleet extends FleetDeps {
  readonly stores: Stores;
  readonly commit: Commit;
  readonly vault: Vault;
  /** Every call of wakeHosts. */
  readonly woken: string[][];
  /** What the library was asked for: `component version arch`. */
  readonly asked: string[];
  /** Digests, their beginning, of the releases whose programs were asked for, to run them. */
  readonly ran: string[];
  enrol(name: string, labels?: Record<string, string>, patch?: Partial<HostRow['facts']>): void;
  apply(
    files: Files,
    consent?: Partial<Consent> & { folder?: string; layers?: string[]; note?: string },
  ): Promise<Applied>;
  /** `unit@host` → version, what hosts should run now. */
  wanted(): Record<string, string>;
  [Symbol.dispose](): void;
}

/** A fleet over a real store, with releases of small programs that take every flag and find every file right. */
export function openFleet(): TestFleet {
  const directory = temporaryDirectory();
  const db = openDatabase(':memory:');
  const stores = openStores(db);
  const woken: string[][] = [];
  const asked: string[] = [];
  const ran: string[] = [];
  const vault = new Vault(stores.secrets, testKey());
  const deps: FleetDeps = {
    stores,
    commit: commitTo(db, new EventStream<Live>()),
    library: scriptLibrary(directory.path, asked, ran),
    verdicts: new Verdicts(),
    secrets: vault,
    wakeHosts: (hosts) => void woken.push([...hosts]),
    now: () => 1_000,
  };
  return {
    ...deps,
    vault,
    woken,
    asked,
    ran,
    enrol(name, labels = {}, patch = {}) {
      const address = `10.0.0.${stores.hosts.all().length + 1}`;
      stores.hosts.insert({
        ...ROW,
        name,
        keyFingerprint: name,
        labels,
        facts: { ...facts, hostname: name, address, ...patch },
      });
    },
    apply: (files, { folder = 'fleet', layers = [], note = '', ...consent } = {}) =>
      applyFleet(deps, { ...NO_CONSENT, ...consent, folder, files: inLayers(layers, folderOf(files)), note }, 'ann'),
    wanted: () =>
      Object.fromEntries(
        [...stores.specs.all()].flatMap(([host, { spec }]) =>
          spec.units.map((unit) => [
            `${unit.name}@${host}`,
            `${unit.release.version}${unit.stopped ? ' stopped' : ''}`,
          ]),
        ),
      ),
    [Symbol.dispose]() {
      db.close();
      directory[Symbol.dispose]();
    },
  };
}

const NO_CONSENT: Consent = { base: undefined, allowRemove: 0, allowEmpty: false, discardOverrides: false };

const ROW: Omit<HostRow, 'name' | 'keyFingerprint' | 'labels' | 'facts'> = {
  certificateUntil: 0,
  certificateAuthority: '',
  tokenLabels: {},
  enrolledAt: 0,
  enrolledBy: '',
  lastSeenAt: undefined,
  removedAt: undefined,
};

/** Refuses `--no-such-flag`, as kingpin says it; finds fault with a line that holds `WRONG`, as promtool does. */
const SCRIPTS = {
  program: `#!/bin/sh
for word in "$@"; do case "$word" in
  --help) echo "      --such-a-flag=x"; exit 0 ;;
  --no-such-flag*) echo "prometheus: error: unknown long flag '--no-such-flag', try --help" >&2; exit 1 ;;
esac; done
echo "Error loading config"`,
  promtool: `#!/bin/sh
line=$(grep -n WRONG "$3" | cut -d: -f1)
[ -z "$line" ] && exit 0
echo "Checking $3"; echo "  FAILED: parsing YAML file $3: yaml: unmarshal errors:"; echo "  line $line: field WRONG not found in type config.plain"
exit 1`,
};

function scriptLibrary(directory: string, asked: string[], ran: string[]): Library {
  const programs = join(directory, 'programs');
  mkdirSync(programs);
  for (const [name, script] of [
    ['prometheus', SCRIPTS.program],
    ['node_exporter', SCRIPTS.program],
    ['pushgateway', SCRIPTS.program],
    ['promtool', SCRIPTS.promtool],
  ] as const) {
    writeFileSync(join(programs, name), script);
    chmodSync(join(programs, name), 0o755);
  }
  return {
    obtain: ({ component, version: wanted, arch }, [first]) => {
      // As a source that has another newest version for each architecture.
      const version = wanted ?? (arch === 'amd64' ? component.version : '8.8.8');
      asked.push(`${component.name} ${version} ${arch}`);
      if (version === '9.9.9') {
        const message = `cannot get ${component.name} 9.9.9 for ${arch}: apt bookworm has 1.5.0`;
        return Promise.reject(new Fault('not_found', message, { hint: 'write a version that one of the sources has' }));
      }
      const release: StoredRelease = {
        component: component.name,
        version,
        build: first?.kind === 'url' ? customBuild(first.sha256) : 'upstream',
        arch,
        sha256: sha256(`${component.name} ${version} ${arch}`),
        size: 1,
        unpackedSize: 1,
        source: 'github',
        fetchedAtMs: 0,
      };
      return Promise.resolve(release);
    },
    unpacked(digest) {
      ran.push(digest.slice(0, 8));
      return Promise.resolve(programs);
    },
  };
}
