// Original file: proto/fleet/v1/spec.proto

import type { Long } from '@grpc/proto-loader';

export interface Release {
  'component'?: (string);
  'version'?: (string);
  'build'?: (string);
  'arch'?: (string);
  'sha256'?: (string);
  'size'?: (number | string | Long);
  'unpackedSize'?: (number | string | Long);
}

export interface Release__Output {
  'component': (string);
  'version': (string);
  'build': (string);
  'arch': (string);
  'sha256': (string);
  'size': (number);
  'unpackedSize': (number);
}
