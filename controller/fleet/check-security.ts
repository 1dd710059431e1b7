import { X509Certificate } from 'node:crypto';
import { type Finding, messageOf } from '../../proto/fault.ts';
import { compareVersions } from '../releases/version-order.ts';
import { clientPath } from './client-path.ts';
import { finding, type Place } from './place.ts';
import { type Fleet, fileOf, ofKind, placeIn, titleOf, treeIn } from './resource.ts';
import { isTls, wantedSecurity } from './serving.ts';
import { keyPlaceOf, placeOf, treeOf, type UnitPart } from './unit-parts.ts';

/** What can be said of how endpoints are reached with no host and no release. */
export function checkSecurity(fleet: Fleet, part: UnitPart): Finding[] {
  const { component, settings, title } = part;
  const security = wantedSecurity(fleet, part);
  const clients = settings.access?.clients ?? [];
  if (clients.length > 0 && security !== 'mutual_tls') {
    const message = `\`access.clients\` says who may reach ${title} by a certificate, and it asks nobody for one`;
    return [finding(keyPlaceOf(part, 'access', 'clients'), message, 'write `endpoint_security: mutual_tls`')];
  }
  if (!isTls(security)) return [];
  const place = securityPlace(fleet, part);
  const exempted = part.beside ? titleOf(part.beside) : title;
  const hint = `write \`endpoint_security: none\` in ${exempted}, and protect it otherwise`;
  if (component.tlsSince === undefined) {
    return [finding(place, `${title} can't be reached over TLS: ${component.name} speaks none`, hint)];
  }
  const version = settings.version ?? component.version;
  if (compareVersions(version, component.tlsSince) < 0) {
    const message = `${title} can't be reached over TLS: ${component.name} speaks it from ${component.tlsSince} on, and this is ${version}`;
    return [finding(placeOf(part, 'version'), message, `write a newer \`version:\`, or \`endpoint_security: none\``)];
  }
  return clients.flatMap((client, index) => readClient(fleet, part, client, index).finding ?? []);
}

/** PEM, of every client that may reach it. */
export const clientsOf = (fleet: Fleet, part: UnitPart): string[] =>
  (part.settings.access?.clients ?? []).flatMap((client, index) => readClient(fleet, part, client, index).pem ?? []);

function readClient(fleet: Fleet, part: UnitPart, client: string, index: number): { pem?: string; finding?: Finding } {
  const place = placeOf(part, 'access', 'clients', index);
  const path = clientPath(client);
  const file = fileOf(fleet, part.resource.folder, path);
  const hint = `"promfleet client create ${client} -f DIR" makes a key, and its certificate there`;
  if (!file)
    return { finding: finding(place, `the client \`${client}\` has no certificate: no file \`${path}\``, hint) };
  try {
    const certificate = new X509Certificate(Buffer.from(file.content));
    if (certificate.issuer === certificate.subject && !certificate.ca) return { pem: certificate.toString() };
    const message = `${path} is not a certificate that vouches for itself alone: whoever else its issuer vouches for would get in as well`;
    return { finding: finding(place, message, hint) };
  } catch (error) {
    return { finding: finding(place, `${path} is no certificate: ${messageOf(error)}`, hint) };
  }
}

/** Where it is written: at the resource, or for the whole fleet. */
function securityPlace(fleet: Fleet, part: UnitPart): Place {
  if (treeOf(part, 'endpoint_security')) return placeOf(part, 'endpoint_security');
  const settings = ofKind(fleet, 'Fleet')[0];
  return settings && treeIn(settings, 'endpoint_security')
    ? placeIn(settings, 'endpoint_security')
    : placeOf(part, 'name');
}
