// Original file: proto/fleet/v1/spec.proto


export interface Probe {
  'name'?: (string);
  'port'?: (number);
  'path'?: (string);
  'status'?: (number);
  'metric'?: (string);
  'above'?: (number | string);
  'tls'?: (boolean);
}

export interface Probe__Output {
  'name': (string);
  'port': (number);
  'path': (string);
  'status': (number);
  'metric': (string);
  'above': (number);
  'tls': (boolean);
}
