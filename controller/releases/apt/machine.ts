import { readFile } from 'node:fs/promises';
import { Fault } from '../../../proto/fault.ts';
import { runCommand } from './command.ts';
import { type AptTarget, chooseMirror, codenameIn } from './mirror-choice.ts';

const KEYRINGS = ['/usr/share/keyrings/debian-archive-keyring.gpg', '/usr/share/keyrings/debian-archive-keyring.pgp'];
/** How this machine reaches servers, and nothing else of its configuration: no hooks, no pins. */
const REACHING = /^Acquire::(?:https?|tor|Check-|Retries|ForceIPv|Queue-Mode)/i;

/** What the machine's own apt knows that ours needs. Only read, never changed. */
export interface MachineApt {
  readonly mirror: string;
  readonly keyring: string;
  /** What the machine itself installs from, as far as it is Debian's own. */
  readonly own: readonly AptTarget[];
  readonly ownSuite: string;
  readonly acquire: readonly string[];
}

/** @throws Fault `unavailable` where there is no apt, or none that knows a Debian mirror. */
export async function readMachineApt(osRelease = '/etc/os-release'): Promise<MachineApt> {
  const format = '$(REPO_URI) $(RELEASE) $(COMPONENT)';
  const listed = await runCommand('apt-get', [
    'indextargets',
    '--no-release-info',
    '--format',
    format,
    'Created-By: Packages',
  ]);
  const targets = listed.split('\n').flatMap((line): AptTarget[] => {
    const [uri, suite, component] = line.trim().split(' ');
    return uri && suite && component === 'main' ? [{ uri, suite }] : [];
  });
  const chosen = chooseMirror(targets, codenameIn(await readFile(osRelease, 'utf8').catch(() => '')));
  if (!chosen) {
    throw new Fault('unavailable', 'cannot use apt: this machine’s apt has no Debian mirror among its sources', {
      hint: 'take releases from github or from a mirror',
    });
  }
  const dump = await runCommand('apt-config', ['dump']);
  return { ...chosen, keyring: await findKeyring(), acquire: dump.split('\n').filter((line) => REACHING.test(line)) };
}

async function findKeyring(): Promise<string> {
  for (const path of KEYRINGS)
    if (
      await readFile(path).then(
        () => true,
        () => false,
      )
    )
      return path;
  throw new Fault('unavailable', `cannot use apt: Debian’s keyring ${KEYRINGS[0]} is not there`, {
    hint: 'install the package debian-archive-keyring',
  });
}
