import { isIPv6 } from 'node:net';
import type { Controllers } from '../../proto/message.ts';

/** Where we are reached, by all our names. */
export function controllersAt(names: readonly string[], sessionPort: number, enrolmentPort: number): Controllers {
  const at = (port: number) => names.map((name) => `${isIPv6(name) ? `[${name}]` : name}:${port}`);
  return { sessions: at(sessionPort), enrolments: at(enrolmentPort) };
}
