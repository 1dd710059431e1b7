// Original file: proto/fleet/v1/spec.proto

import type { Bind as _promfleet_v1_Bind, Bind__Output as _promfleet_v1_Bind__Output } from '../../promfleet/v1/Bind.ts';

export interface Sandbox {
  'wholeProc'?: (boolean);
  'readHomes'?: (boolean);
  'netlink'?: (boolean);
  'readClock'?: (boolean);
  'capabilities'?: (string)[];
  'binds'?: (_promfleet_v1_Bind)[];
}

export interface Sandbox__Output {
  'wholeProc': (boolean);
  'readHomes': (boolean);
  'netlink': (boolean);
  'readClock': (boolean);
  'capabilities': (string)[];
  'binds': (_promfleet_v1_Bind__Output)[];
}
