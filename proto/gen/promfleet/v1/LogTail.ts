// Original file: proto/fleet/v1/session.proto


export interface LogTail {
  'id'?: (string);
  'unit'?: (string);
  'lines'?: (number);
  'follow'?: (boolean);
}

export interface LogTail__Output {
  'id': (string);
  'unit': (string);
  'lines': (number);
  'follow': (boolean);
}
