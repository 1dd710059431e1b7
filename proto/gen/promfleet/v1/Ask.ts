// Original file: proto/fleet/v1/session.proto


export interface Ask {
  'id'?: (string);
  'unit'?: (string);
  'port'?: (number);
  'path'?: (string);
  'tls'?: (boolean);
}

export interface Ask__Output {
  'id': (string);
  'unit': (string);
  'port': (number);
  'path': (string);
  'tls': (boolean);
}
