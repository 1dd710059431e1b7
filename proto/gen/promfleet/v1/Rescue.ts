// Original file: proto/fleet/v1/spec.proto

import type { Long } from '@grpc/proto-loader';

export interface Rescue {
  'leaves'?: (string);
  'sizeMetric'?: (string);
  'bytesEach'?: (number);
  'bytesLeast'?: (number | string | Long);
}

export interface Rescue__Output {
  'leaves': (string);
  'sizeMetric': (string);
  'bytesEach': (number);
  'bytesLeast': (number);
}
