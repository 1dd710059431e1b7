// Original file: proto/fleet/v1/session.proto

import type { Long } from '@grpc/proto-loader';

export interface FetchReleaseRequest {
  'sha256'?: (string);
  'offset'?: (number | string | Long);
}

export interface FetchReleaseRequest__Output {
  'sha256': (string);
  'offset': (number);
}
