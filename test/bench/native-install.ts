import { CATALOGUE } from '../../controller/catalogue/catalogue.ts';
import { archiveName, releasePath } from '../../controller/releases/upstream-layout.ts';
import type { FleetOfHosts } from '../hosts/fleet-of-hosts.ts';
import type { LabHost } from '../hosts/lab-host.ts';
import { machineArch, type RealMirror, realMirror } from '../support/real-releases.ts';

/** Seconds. */
export interface NativeInstall {
  /** Fetched, verified, unpacked, on disk and started, on all of them. */
  readonly started: number;
  /** And every Prometheus of them has scraped twice: it says so with its first interval. */
  readonly scraped: number;
}

/**
 * What a first install takes at least: the same releases onto as many hosts by curl, sha256sum, tar and sync, started by systemd-run. A
 * node_exporter on each and a Prometheus on the first two. Nothing of it stays.
 */
export async function installNatively(fleet: FleetOfHosts, hosts: readonly LabHost[]): Promise<NativeInstall> {
  await using mirror = await realMirror(fleet.lab.outside);
  const [withPrometheus, others] = [hosts.slice(0, 2), hosts.slice(2)];
  const targets = hosts.map(({ address }) => `"${address}:9100"`).join(', ');
  const node = `${fetchScript(mirror, 'node_exporter')}\nsystemd-run --quiet --unit=native-node "$PWD/node_exporter"`;
  const prometheus = `${fetchScript(mirror, 'prometheus')}
printf '%s\\n' 'global: { scrape_interval: 5s }' 'scrape_configs: [{ job_name: node, static_configs: [{ targets: [${targets}] }] }]' >p.yml
systemd-run --quiet --unit=native-prometheus "$PWD/prometheus" --config.file="$PWD/p.yml" --storage.tsdb.path="$PWD/data"`;
  const began = performance.now();
  const since = () => (performance.now() - began) / 1_000;
  try {
    await Promise.all([
      ...others.map((host) => host.sh(node)),
      ...withPrometheus.map((host) => host.sh(`(${node}) &\n(${prometheus})\nwait`)),
    ]);
    const started = since();
    await Promise.all(withPrometheus.map((host) => host.sh(UNTIL_SCRAPED)));
    return { started, scraped: since() };
  } finally {
    await Promise.all(hosts.map((host) => host.sh(CLEAN)));
  }
}

const UNTIL_SCRAPED = `until curl -fsS http://127.0.0.1:9090/metrics 2>/dev/null |
  grep -q '^prometheus_target_interval_length_seconds_count.* [1-9]'; do sleep 0.2; done`;
const CLEAN = 'systemctl stop native-node native-prometheus 2>/dev/null; rm -rf /var/tmp/native; true';

/** In a directory of its own, which it leaves as the current one. */
function fetchScript(mirror: RealMirror, name: 'node_exporter' | 'prometheus'): string {
  const artifact = CATALOGUE.get(name)?.artifact;
  const version = mirror.versions[name]?.find((one) => /^[\d.]+$/.test(one));
  if (!artifact || !version) throw new Error(`the mirror has no ${name}`);
  const folder = `${mirror.url}/${releasePath(artifact, version)}`;
  const archive = archiveName(artifact, version, machineArch);
  return `set -e; mkdir -p /var/tmp/native/${name}; cd /var/tmp/native/${name}
curl -fsSO ${folder}/${archive} -O ${folder}/${artifact.checksums}
sha256sum --check --quiet --ignore-missing ${artifact.checksums}
tar -xzf ${archive} --strip-components=1; rm ${archive}; sync --file-system .`;
}
