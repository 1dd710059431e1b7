import type { SpecFile } from '../../proto/spec.ts';
import type { Security } from './kinds/security.ts';
import type { Place } from './place.ts';
import type { PlacedUnit } from './place-units.ts';
import { isTls } from './serving.ts';
import { type MapTree, map, text } from './tree.ts';

/** Read anew for each connection: a change of it needs neither reload nor restart. */
export const WEB_FILE = 'web.yml';
/** What agents keep beside a unit's files. */
const ENDPOINT = { certificate: '.tls/endpoint.crt', key: '.tls/endpoint.key' };
export const CLIENT_CAS = '.tls/clients.pem';
const SCRAPE = { certificate: '.tls/scrape.crt', key: '.tls/scrape.key', authorities: '.tls/endpoints.pem' };

/** Where tools look for what only hosts have: they ask whether it is there, not what it is. */
export const TLS_STAND_INS: readonly SpecFile[] = Object.values(SCRAPE).map((path) => ({
  path,
  content: Buffer.from(''),
  live: false,
}));

/** All that a host is reached by, and what its own agent asks. */
export const endpointNames = ({ host }: PlacedUnit): string[] => [
  ...new Set([host.address, host.name, '127.0.0.1', 'localhost'].filter((name) => name !== '')),
];

/** The web configuration of exporter-toolkit, which every component of the Prometheus project reads. */
export function webFile(security: Security): SpecFile[] {
  if (!isTls(security)) return [];
  const lines = ['tls_server_config:', `  cert_file: ${ENDPOINT.certificate}`, `  key_file: ${ENDPOINT.key}`];
  if (security === 'mutual_tls') {
    lines.push('  client_auth_type: RequireAndVerifyClientCert', `  client_ca_file: ${CLIENT_CAS}`);
  }
  return [{ path: WEB_FILE, content: Buffer.from(`${lines.join('\n')}\n`), live: true }];
}

/** How a Prometheus speaks to endpoints of this fleet. */
export const tlsConfig = (place: Place): MapTree =>
  map(
    {
      ca_file: text(SCRAPE.authorities, place),
      cert_file: text(SCRAPE.certificate, place),
      key_file: text(SCRAPE.key, place),
    },
    place,
  );
