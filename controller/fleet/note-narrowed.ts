import type { Finding } from '../../proto/fault.ts';
import { refuseNarrowed } from '../../proto/narrowing.ts';
import type { HostSpec } from '../../proto/spec.ts';
import { finding } from './place.ts';
import type { ReadyUnit } from './resolve.ts';
import { placeIn } from './resource.ts';

/** What hosts will refuse to run, since their administrators do not allow it. Nothing here can change that: it is told beforehand. */
export function noteNarrowed(
  units: readonly ReadyUnit[],
  specs: ReadonlyMap<string, Pick<HostSpec, 'units'>>,
): Finding[] {
  return units.flatMap(({ placed: { host, resource, unit } }) => {
    const spec = specs.get(host.name)?.units.find(({ name }) => name === unit);
    const { narrowing } = host.facts;
    if (!spec || !narrowing) return [];
    const hint = `the administrator of ${host.name} can allow it in its /etc/promfleet/agent.yaml`;
    const scripts =
      spec.scripts && !narrowing.scripts
        ? [
            finding(
              placeIn(resource, 'textfile_scripts'),
              `host ${host.name} will not run the scripts of ${unit}: it allows none`,
              hint,
            ),
          ]
        : [];
    const refused = [...refuseNarrowed(spec, narrowing)].map((why) =>
      finding(placeIn(resource, 'name'), `host ${host.name} will refuse ${unit}: ${why}`, hint),
    );
    return [...scripts, ...refused];
  });
}
