// Original file: proto/fleet/v1/report.proto

import type { Narrowing as _promfleet_v1_Narrowing, Narrowing__Output as _promfleet_v1_Narrowing__Output } from '../../promfleet/v1/Narrowing.ts';
import type { Long } from '@grpc/proto-loader';

export interface HostFacts {
  'hostname'?: (string);
  'machineId'?: (string);
  'bootId'?: (string);
  'os'?: (string);
  'kernel'?: (string);
  'arch'?: (string);
  'cpus'?: (number);
  'memoryBytes'?: (number | string | Long);
  'address'?: (string);
  'supervisor'?: (string);
  'virtualisation'?: (string);
  'addresses'?: (string)[];
  'narrowing'?: (_promfleet_v1_Narrowing | null);
  'ownAddress'?: (string);
}

export interface HostFacts__Output {
  'hostname': (string);
  'machineId': (string);
  'bootId': (string);
  'os': (string);
  'kernel': (string);
  'arch': (string);
  'cpus': (number);
  'memoryBytes': (number);
  'address': (string);
  'supervisor': (string);
  'virtualisation': (string);
  'addresses': (string)[];
  'narrowing': (_promfleet_v1_Narrowing__Output | null);
  'ownAddress': (string);
}
