// Original file: proto/fleet/v1/spec.proto


export interface Script {
  'name'?: (string);
  'file'?: (string);
  'everySeconds'?: (number);
  'timeoutSeconds'?: (number);
  'output'?: (string);
  'status'?: (string);
}

export interface Script__Output {
  'name': (string);
  'file': (string);
  'everySeconds': (number);
  'timeoutSeconds': (number);
  'output': (string);
  'status': (string);
}
