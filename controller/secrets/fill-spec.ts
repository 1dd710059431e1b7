import { adviceOf } from '../../proto/fault.ts';
import type { ControllerSays } from '../../proto/message.ts';
import type { SecretReference } from '../../proto/secrets.ts';
import type { HostSpec } from '../../proto/spec.ts';
import type { Log } from '../log.ts';
import type { Vault } from './vault.ts';

/** All that the units of a host refer to, each once. */
export function secretsOf({ units }: Pick<HostSpec, 'units'>): SecretReference[] {
  const all = units.flatMap(({ secrets = [] }) => secrets);
  return [...new Map(all.map((one) => [`${one.version} ${one.name}`, one])).values()];
}

/**
 * What is said to a host, with the values that its own units refer to: they are put in as it is sent, and are nowhere before. A spec that can't be
 * filled is not sent: the host stays as it is.
 */
export const fillSpecs =
  (vault: Pick<Vault, 'open'>, log: Log) =>
  (host: string, says: ControllerSays): ControllerSays | undefined => {
    if (says.kind !== 'spec') return says;
    const references = secretsOf(says.spec);
    if (references.length === 0) return says;
    try {
      return { kind: 'spec', spec: { ...says.spec, secrets: vault.open(references) } };
    } catch (error) {
      log.error({ host, why: adviceOf(error) }, 'cannot send a host its spec');
      return undefined;
    }
  };
