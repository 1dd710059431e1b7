// Original file: proto/fleet/v1/report.proto

import type { Long } from '@grpc/proto-loader';

export interface Activity {
  'step'?: (string);
  'done'?: (number | string | Long);
  'total'?: (number | string | Long);
}

export interface Activity__Output {
  'step': (string);
  'done': (number);
  'total': (number);
}
