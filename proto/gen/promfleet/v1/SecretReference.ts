// Original file: proto/fleet/v1/spec.proto


export interface SecretReference {
  'name'?: (string);
  'version'?: (string);
}

export interface SecretReference__Output {
  'name': (string);
  'version': (string);
}
