import type { Finding } from '../../proto/fault.ts';
import { didYouMean } from '../../proto/nearest.ts';
import { CATALOGUE } from '../catalogue/catalogue.ts';
import { A_UNIT, UNIT } from './kinds/unit.ts';
import { finding } from './place.ts';
import { keyPlaceIn, placeIn, type Resource } from './resource.ts';

const IN_URL = ['version', 'arch'];
const IN_RUN = ['bin', 'port', 'etc', 'var'];

/** A program of an operator's own: what nobody but they can know has to be written. */
export function checkCustom(resource: Resource<'Exporter'>): Finding[] {
  const { custom, version, port, component, name, unit } = resource.settings;
  if (!custom) return [];
  const place = keyPlaceIn(resource, 'custom');
  if (component !== undefined) {
    return [finding(place, 'an Exporter has a `component` or is `custom`, not both', 'leave one of them out')];
  }
  const findings: Finding[] = [];
  const { sha256, url } = custom.artifact;
  if (version === undefined)
    findings.push(
      finding(
        place,
        'a `custom` Exporter needs `version`',
        'write the version of your program, such as version: "1.2.3"',
      ),
    );
  if (port === undefined)
    findings.push(finding(place, 'a `custom` Exporter needs `port`', 'write the port that it answers on'));
  if (CATALOGUE.has(name))
    findings.push(
      finding(
        placeIn(resource, 'name'),
        `\`${name}\` is a component that promfleet knows`,
        `write \`component: ${name}\`, or give this Exporter another name`,
      ),
    );
  else if (unit === undefined && !UNIT.test(name))
    findings.push(
      finding(placeIn(resource, 'name'), `\`${name}\` is no name of a unit, which is ${A_UNIT}`, 'write a `unit:`'),
    );
  if (Object.keys(sha256).length === 0)
    findings.push(
      finding(
        placeIn(resource, 'custom', 'artifact', 'sha256'),
        '`sha256` names no architecture',
        'write the digest of each file: `{ amd64: …, arm64: … }`',
      ),
    );
  findings.push(...unknownWords(resource, ['custom', 'artifact', 'url'], url, IN_URL));
  custom.run.forEach((word, index) => findings.push(...unknownWords(resource, ['custom', 'run', index], word, IN_RUN)));
  return findings;
}

/** What is near a word that would be replaced; any other braces are the program's own. */
function unknownWords(
  resource: Resource,
  path: readonly (string | number)[],
  text: string,
  known: readonly string[],
): Finding[] {
  return [...text.matchAll(/\{([a-z]+)\}/g)].flatMap(([whole, word = '']) => {
    if (known.includes(word)) return [];
    const near = didYouMean(word, known);
    if (near === undefined) return [];
    const all = known.map((one) => `{${one}}`).join(' ');
    return [finding(placeIn(resource, ...path), `${whole} stands for nothing here`, `there is ${all}`)];
  });
}
