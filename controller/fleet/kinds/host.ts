import { z } from 'zod';
import { hostName, keys, labels, wrong } from './keys.ts';

const AN_ADDRESS = 'an address: a name or an IP address, with no port';
const ADDRESS = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$|^[0-9a-f:]*:[0-9a-f:.]+$/i;

export const hostSchema = keys({
  kind: z.literal('Host'),
  name: hostName,
  labels: labels.optional(),
  address: z
    .string({ error: wrong(AN_ADDRESS) })
    .check(z.regex(ADDRESS, AN_ADDRESS))
    .optional(),
});

export type HostSettings = z.output<typeof hostSchema>;
