import type { Finding } from '../../proto/fault.ts';
import { THANOS_PARTS } from './kinds/thanos.ts';
import { finding } from './place.ts';
import { type Fleet, keyPlaceIn, ofKind, placeIn, type Resource, titleOf } from './resource.ts';

/** What the parts of a Thanos need of each other, and of the Prometheis that they are beside. */
export const checkThanos = (fleet: Fleet): Finding[] => [
  ...ofKind(fleet, 'Thanos').flatMap(checkParts),
  ...ofKind(fleet, 'Prometheus').flatMap((prometheus) => checkSidecar(fleet, prometheus)),
];

function checkParts(resource: Resource<'Thanos'>): Finding[] {
  const { settings } = resource;
  const findings: Finding[] = [];
  const at = (part: string) => keyPlaceIn(resource, part);
  if (!THANOS_PARTS.some((part) => settings[part])) {
    findings.push(
      finding(
        keyPlaceIn(resource, 'name'),
        `${titleOf(resource)} has no part that runs anywhere`,
        `write ${THANOS_PARTS.map((part) => `\`${part}:\``).join(', ')}`,
      ),
    );
  }
  for (const part of ['store', 'compact'] as const) {
    if (!settings[part] || settings.object_store !== undefined) continue;
    findings.push(
      finding(
        at(part),
        `\`${part}\` of ${titleOf(resource)} works on an object store, and there is none`,
        'write `object_store: FILE`',
      ),
    );
  }
  if ((settings.compact?.replicas ?? 1) > 1) {
    findings.push(
      finding(
        placeIn(resource, 'compact', 'replicas'),
        `${settings.compact?.replicas} compactors of one object store would destroy each other’s blocks`,
        'leave `replicas` out: there is one',
      ),
    );
  }
  for (const part of ['query_frontend', 'rule'] as const) {
    if (!settings[part] || settings.query) continue;
    findings.push(
      finding(
        at(part),
        `\`${part}\` of ${titleOf(resource)} asks a query, and there is none`,
        'write `query: { hosts: … }`',
      ),
    );
  }
  const { receive } = settings;
  if ((receive?.replication_factor ?? 1) > (receive?.replicas ?? 1)) {
    const message = `a \`replication_factor\` of ${receive?.replication_factor} needs as many replicas, and there ${(receive?.replicas ?? 1) === 1 ? 'is 1' : `are ${receive?.replicas}`}`;
    findings.push(
      finding(
        placeIn(resource, 'receive', 'replication_factor'),
        message,
        `write \`replicas: ${receive?.replication_factor}\` or more`,
      ),
    );
  }
  return findings;
}

function checkSidecar(fleet: Fleet, prometheus: Resource<'Prometheus'>): Finding[] {
  const { thanos, external_labels: own = {}, replicas = 1, replica_label: label } = prometheus.settings;
  const whole = ofKind(fleet, 'Thanos').find(({ name }) => name === thanos?.sidecar);
  if (!thanos || !whole) return [];
  const place = placeIn(prometheus, 'thanos', 'sidecar');
  const shared = ofKind(fleet, 'Fleet')[0]?.settings.external_labels ?? {};
  const isLabelled = replicas > 1 || label !== undefined || Object.keys({ ...own, ...shared }).length > 0;
  return [
    ...(isLabelled
      ? []
      : [
          finding(
            place,
            `${titleOf(prometheus)} has no external labels, by which Thanos tells whose series are whose`,
            'write `external_labels: { … }`, for it or for the fleet',
          ),
        ]),
    ...(whole.settings.object_store === undefined
      ? []
      : [
          finding(
            place,
            `the sidecar of ${titleOf(prometheus)} can’t upload to the object store of ${titleOf(whole)} in this version of promfleet: for that it would have to write to the data of another unit`,
            'leave `object_store` out to query through the sidecar, or write to its `receive` with `remote_write`, which uploads',
          ),
        ]),
  ];
}
