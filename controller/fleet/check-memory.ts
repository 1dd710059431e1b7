import type { Finding } from '../../proto/fault.ts';
import { sizeInBytes } from './kinds/keys.ts';
import { finding } from './place.ts';
import { placeOf, type UnitPart } from './unit-parts.ts';

/** What a program needs of its limit beside the heap that it was told to keep to. */
const HEAP_SHARE = 0.9;
const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** A heap that may grow to the limit itself is a program that is killed at it. */
export function checkMemory(part: UnitPart): Finding[] {
  const { limits, env } = part.settings;
  const [, number = '', unit = 'B'] = /^(\d+)([KMGT]i?B|B)?$/.exec(env?.['GOMEMLIMIT'] ?? '') ?? [];
  if (limits?.memory === undefined || number === '') return [];
  const heap = Number(number) * 1024 ** UNITS.indexOf(unit);
  if (heap <= sizeInBytes(limits.memory) * HEAP_SHARE) return [];
  return [
    finding(
      placeOf(part, 'env', 'GOMEMLIMIT'),
      `a GOMEMLIMIT of ${env?.['GOMEMLIMIT']} leaves too little of \`limits.memory\`, which is ${limits.memory}: it would be killed`,
      'nine tenths of the limit at most; a Prometheus from 3.0 on keeps to that by itself',
    ),
  ];
}
