import { Fault } from '../../proto/fault.ts';
import { directoryOf, type Manifest } from './manifest.ts';

/** What a controller says of itself in the script that it serves. */
export interface InstallValues {
  readonly version: string;
  /** `https://host:port`, the one to try first first. */
  readonly urls: readonly string[];
  /** Of the key behind those: `sha256//…`, as curl takes it. */
  readonly pin: string;
  /** Of the root certificate: `sha256:…`, as `promfleet-agent enrol` takes it. */
  readonly ca: string;
  /** `host:port` where hosts enrol. */
  readonly enrolAddress: string;
}

const BLOCK = /^# BEGIN VALUES\n[^]*?^# END VALUES\n/m;

/** The installer, filled in: the same bytes for the same controller, so that its digest can be told beforehand. */
export function renderInstallScript(template: string, values: InstallValues, { downloads }: Manifest): string {
  if (!BLOCK.test(template)) throw new Fault('internal', 'cannot fill in the installer: it has no place for values');
  const lines = downloads.flatMap((one) =>
    one.files.map(({ encoding, file, size, sha256 }) =>
      [one.name, directoryOf(one), one.platform, encoding, file, size, sha256, one.size].join(' '),
    ),
  );
  const block = [
    '# BEGIN VALUES',
    'values() {',
    `  VERSION=${quote(values.version)}`,
    `  URLS=${quote(values.urls.join(' '))}`,
    `  PIN=${quote(values.pin)}`,
    `  CA=${quote(values.ca)}`,
    `  ENROL=${quote(values.enrolAddress)}`,
    '  # What it is, its directory, platform, encoding, file, size, sha256, size unpacked.',
    `  DOWNLOADS=${quote(lines.join('\n'))}`,
    '}',
    '# END VALUES',
    '',
  ].join('\n');
  return template.replace(BLOCK, () => block);
}

/** One word to any shell, whatever is in it. */
export const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** The one line that enrols a host. No secret is in any argument list, and nothing runs before it is proven. */
export const installLine = (token: string, url: string, pin: string): string =>
  `( echo PROMFLEET_TOKEN=${token}; curl -fsSk --pinnedpubkey ${quote(pin)} ${url}/install.sh || echo exit 1 ) | sudo sh`;
