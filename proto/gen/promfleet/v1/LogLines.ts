// Original file: proto/fleet/v1/session.proto


export interface LogLines {
  'id'?: (string);
  'lines'?: (string)[];
  'end'?: (boolean);
  'error'?: (string);
}

export interface LogLines__Output {
  'id': (string);
  'lines': (string)[];
  'end': (boolean);
  'error': (string);
}
