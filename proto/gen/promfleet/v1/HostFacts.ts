// Original file: proto/fleet/v1/report.proto

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
}
