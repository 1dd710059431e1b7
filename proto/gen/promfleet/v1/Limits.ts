// Original file: proto/fleet/v1/spec.proto

import type { Long } from '@grpc/proto-loader';

export interface Limits {
  'memoryBytes'?: (number | string | Long);
  'openFiles'?: (number);
}

export interface Limits__Output {
  'memoryBytes': (number);
  'openFiles': (number);
}
