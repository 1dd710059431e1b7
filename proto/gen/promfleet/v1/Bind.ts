// Original file: proto/fleet/v1/spec.proto


export interface Bind {
  'from'?: (string);
  'to'?: (string);
}

export interface Bind__Output {
  'from': (string);
  'to': (string);
}
