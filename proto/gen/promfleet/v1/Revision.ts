// Original file: proto/fleet/v1/spec.proto

import type { Long } from '@grpc/proto-loader';

export interface Revision {
  'epoch'?: (number | string | Long);
  'number'?: (number | string | Long);
  'proof'?: (string);
}

export interface Revision__Output {
  'epoch': (number);
  'number': (number);
  'proof': (string);
}
