// Original file: proto/fleet/v1/session.proto


export interface Controllers {
  'sessions'?: (string)[];
  'enrolments'?: (string)[];
}

export interface Controllers__Output {
  'sessions': (string)[];
  'enrolments': (string)[];
}
