// Original file: proto/fleet/v1/spec.proto


export interface Secret {
  'name'?: (string);
  'version'?: (string);
  'value'?: (string);
}

export interface Secret__Output {
  'name': (string);
  'version': (string);
  'value': (string);
}
