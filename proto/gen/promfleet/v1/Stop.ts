// Original file: proto/fleet/v1/spec.proto


export interface Stop {
  'signal'?: (string);
  'graceSeconds'?: (number);
  'kill'?: (boolean);
}

export interface Stop__Output {
  'signal': (string);
  'graceSeconds': (number);
  'kill': (boolean);
}
