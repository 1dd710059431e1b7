// Original file: proto/fleet/v1/spec.proto


export interface Check {
  'argv'?: (string)[];
}

export interface Check__Output {
  'argv': (string)[];
}
