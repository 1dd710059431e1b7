// Original file: proto/fleet/v1/report.proto


export interface Problem {
  'code'?: (string);
  'message'?: (string);
  'hint'?: (string);
}

export interface Problem__Output {
  'code': (string);
  'message': (string);
  'hint': (string);
}
