// Original file: proto/fleet/v1/spec.proto


export interface Port {
  'number'?: (number);
  'protocol'?: (string);
  'use'?: (string);
}

export interface Port__Output {
  'number': (number);
  'protocol': (string);
  'use': (string);
}
