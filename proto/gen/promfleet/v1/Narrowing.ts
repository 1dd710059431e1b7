// Original file: proto/fleet/v1/report.proto

import type { Allowed as _promfleet_v1_Allowed, Allowed__Output as _promfleet_v1_Allowed__Output } from '../../promfleet/v1/Allowed.ts';
import type { Long } from '@grpc/proto-loader';

export interface Narrowing {
  'units'?: (_promfleet_v1_Allowed | null);
  'runAsUsers'?: (_promfleet_v1_Allowed | null);
  'writableDirectories'?: (_promfleet_v1_Allowed | null);
  'dataDirectory'?: (string);
  'ports'?: (_promfleet_v1_Allowed | null);
  'capabilities'?: (_promfleet_v1_Allowed | null);
  'releaseDigests'?: (_promfleet_v1_Allowed | null);
  'unitMemoryBytes'?: (number | string | Long);
  'scripts'?: (boolean);
  'logs'?: (boolean);
  'queries'?: (boolean);
  'commands'?: (boolean);
}

export interface Narrowing__Output {
  'units': (_promfleet_v1_Allowed__Output | null);
  'runAsUsers': (_promfleet_v1_Allowed__Output | null);
  'writableDirectories': (_promfleet_v1_Allowed__Output | null);
  'dataDirectory': (string);
  'ports': (_promfleet_v1_Allowed__Output | null);
  'capabilities': (_promfleet_v1_Allowed__Output | null);
  'releaseDigests': (_promfleet_v1_Allowed__Output | null);
  'unitMemoryBytes': (number);
  'scripts': (boolean);
  'logs': (boolean);
  'queries': (boolean);
  'commands': (boolean);
}
