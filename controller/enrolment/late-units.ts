import { tlsTrustDigest } from '../../proto/digest.ts';
import type { TlsAuthorities } from '../../proto/message.ts';
import type { HostReport } from '../../proto/report.ts';
import type { HostSpec } from '../../proto/spec.ts';

/** The units of a host whose certificates are not of these authorities, or whose files trust others, or that have not said so. */
export function lateUnits(
  spec: Pick<HostSpec, 'units'> | undefined,
  report: HostReport | undefined,
  authorities: TlsAuthorities,
): string[] {
  const digest = tlsTrustDigest(authorities);
  const said = new Map(report?.units.map((unit) => [unit.name, unit.tls?.digest]));
  return (spec?.units ?? []).filter((unit) => unit.tls && said.get(unit.name) !== digest).map((unit) => unit.name);
}
