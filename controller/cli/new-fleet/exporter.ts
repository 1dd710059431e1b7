import { Fault } from '../../../proto/fault.ts';
import { name as nameShape } from '../../fleet/kinds/keys.ts';

/** A program of one's own, as it is typed; what is not known yet is filled in by hand. */
export interface OwnExporter {
  readonly url?: string;
  readonly version?: string;
  readonly port?: string;
}

const UNKNOWN = '0'.repeat(64);

/** @throws Fault `invalid` when it can't have that name, or that port */
export function newExporter(name: string, { url, version = '1.0.0', port = '9500' }: OwnExporter): string {
  const refuse = (what: string, expected: string): never => {
    throw new Fault('invalid', `cannot write an exporter ${what}`, { hint: `it must be ${expected}` });
  };
  if (!nameShape.safeParse(name).success) refuse(`named ${name}`, 'letters and digits with - _ or . between them');
  if (!/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65_535)
    refuse(`on port ${port}`, 'a number from 1 to 65535');
  if (!/^\d+\.\d+\.\d+$/.test(version)) refuse(`of version ${version}`, 'an exact one, such as 1.2.3');
  if (url !== undefined && !/^https?:\/\/[^\s/"\\]+\/[^\s"\\]+$/.test(url))
    refuse(`from ${url}`, 'a URL that begins with http:// or https://');
  const from = url ?? `https://releases.example.com/${name}-{version}-{arch}.tar.gz`;
  return `# A program of your own that answers /metrics. promfleet installs, supervises and scrapes it as any other.
kind: Exporter
name: ${name}                   # also the name of its job: \`scrape_configs: [{ exporter: ${name} }]\` of a Prometheus
custom:
  artifact:
    url: "${from}"
    sha256:                        # of the file for each architecture: sha256sum FILE; leave out what you have no hosts of
      amd64: "${UNKNOWN}"
      arm64: "${UNKNOWN}"
  run: ["{bin}/${name}", "--web.listen-address=:{port}"]   # the program in the archive, and the words after it
  ready: { http: /metrics }        # a path that answers 200 once it works
version: "${version}"                 # stands in place of {version}
hosts: all                         # or a match: { labels: { role: ${name} } }
port: ${port}
target:
  scrape_interval: 30s             # native keys of a scrape config
`;
}
