import type { Finding } from '../../proto/fault.ts';
import { finding } from './place.ts';
import { type Fleet, keyPlaceIn, ofKind, titleOf } from './resource.ts';

/** A Probe is scraped where a Prometheus names it, and nowhere else. */
export function noteProbes(fleet: Fleet): Finding[] {
  const entries = ofKind(fleet, 'Prometheus').flatMap(({ settings }) => settings.scrape_configs ?? []);
  const named = new Set(entries.map((entry) => entry['probe']));
  return ofKind(fleet, 'Probe')
    .filter(({ name }) => !named.has(name))
    .map((probe) =>
      finding(
        keyPlaceIn(probe, 'name'),
        `no Prometheus probes ${titleOf(probe)}`,
        `write \`{ probe: ${probe.name} }\` under the \`scrape_configs\` of one`,
      ),
    );
}
