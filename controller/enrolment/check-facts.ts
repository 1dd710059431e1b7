import { Fault } from '../../proto/fault.ts';
import type { HostFacts } from '../../proto/report.ts';

/** Those that become part of a URL, a path or a command's configuration; a unit's target is made of the address. */
const SHAPES = {
  arch: /^[a-z0-9_]{0,32}$/i,
  hostname: /^[a-z0-9._-]{0,253}$/i,
  address: /^[a-z0-9.:%_-]{0,253}$/i,
  supervisor: /^[a-z]{0,32}$/,
} as const;
const LONGEST = 512;

/** What a host says of itself is believed to be about itself, and no more. @throws Fault `invalid` naming the fact. */
export function checkFacts(facts: HostFacts): void {
  for (const [name, value] of Object.entries(facts)) {
    if (typeof value !== 'string') continue;
    const shape = SHAPES[name as keyof typeof SHAPES];
    if (shape ? shape.test(value) : value.length <= LONGEST && !/\p{Cc}/u.test(value)) continue;
    throw new Fault('invalid', `cannot accept this host’s ${name}: ${JSON.stringify(value.slice(0, 64))} can't be one`);
  }
}
