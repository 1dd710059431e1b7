import { Fault } from '../../proto/fault.ts';
import type { UnitSpec } from '../../proto/spec.ts';
import { describeOwner, portOwner } from '../supervise/port-owner.ts';

/**
 * Some programs exit with 0 when their port is taken, and some go on without it: it is looked at before.
 * @throws Fault `conflict` naming who has it, unless that is one of those that make room
 */
export function requireFreePorts(unit: UnitSpec, makingRoom: ReadonlySet<number> = new Set()): void {
  for (const { number, protocol } of unit.ports) {
    const owner = portOwner(number, protocol === 'udp' ? 'udp' : 'tcp');
    if (owner === undefined || makingRoom.has(owner.pid)) continue;
    throw new Fault('conflict', `cannot start ${unit.name}: port ${number} is taken by ${describeOwner(owner)}`, {
      hint: `stop it, or give ${unit.name} another port`,
    });
  }
}
