import { Fault } from '../../proto/fault.ts';
import type { HostFacts } from '../../proto/report.ts';

/** Those that become part of a URL, a path or a command's configuration; a unit's target is made of the address. */
const SHAPES = {
  arch: /^[a-z0-9_]{0,32}$/i,
  hostname: /^[a-z0-9._-]{0,253}$/i,
  address: /^[a-z0-9.:%_-]{0,253}$/i,
  addresses: /^[a-f0-9.:]{2,45}$/i,
  ownAddress: /^[a-z0-9.:-]{0,253}$/i,
  supervisor: /^[a-z]{0,32}$/,
} as const;
const LONGEST = 512;
const MOST_ADDRESSES = 64;

/** Every text of it with the name that it goes by, those in lists too. */
const textsOf = (facts: object): [string, string][] =>
  Object.entries(facts).flatMap(([name, value]) =>
    [value as unknown].flat().flatMap((one): [string, string][] => (typeof one === 'string' ? [[name, one]] : [])),
  );

/** What a host says of itself is believed to be about itself, and no more. @throws Fault `invalid` naming the fact. */
export function checkFacts(facts: HostFacts): void {
  if (facts.addresses.length > MOST_ADDRESSES) {
    throw new Fault('invalid', `cannot accept this host’s addresses: they are ${facts.addresses.length}`);
  }
  for (const [name, value] of [...textsOf(facts), ...textsOf(facts.narrowing ?? {})]) {
    const shape = SHAPES[name as keyof typeof SHAPES];
    if (shape ? shape.test(value) : value.length <= LONGEST && !/\p{Cc}/u.test(value)) continue;
    throw new Fault('invalid', `cannot accept this host’s ${name}: ${JSON.stringify(value.slice(0, 64))} can't be one`);
  }
}
