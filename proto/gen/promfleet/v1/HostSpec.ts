// Original file: proto/fleet/v1/spec.proto

import type { Revision as _promfleet_v1_Revision, Revision__Output as _promfleet_v1_Revision__Output } from '../../promfleet/v1/Revision.ts';
import type { UnitSpec as _promfleet_v1_UnitSpec, UnitSpec__Output as _promfleet_v1_UnitSpec__Output } from '../../promfleet/v1/UnitSpec.ts';
import type { Secret as _promfleet_v1_Secret, Secret__Output as _promfleet_v1_Secret__Output } from '../../promfleet/v1/Secret.ts';

export interface HostSpec {
  'revision'?: (_promfleet_v1_Revision | null);
  'units'?: (_promfleet_v1_UnitSpec)[];
  'secrets'?: (_promfleet_v1_Secret)[];
}

export interface HostSpec__Output {
  'revision': (_promfleet_v1_Revision__Output | null);
  'units': (_promfleet_v1_UnitSpec__Output)[];
  'secrets': (_promfleet_v1_Secret__Output)[];
}
