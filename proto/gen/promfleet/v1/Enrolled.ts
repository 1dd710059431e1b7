// Original file: proto/fleet/v1/enrolment.proto


export interface Enrolled {
  'host'?: (string);
  'certificateDer'?: (Buffer | Uint8Array | string);
  'caDer'?: (Buffer | Uint8Array | string)[];
  'sessionPort'?: (number);
  'sessions'?: (string)[];
  'enrolments'?: (string)[];
}

export interface Enrolled__Output {
  'host': (string);
  'certificateDer': (Buffer);
  'caDer': (Buffer)[];
  'sessionPort': (number);
  'sessions': (string)[];
  'enrolments': (string)[];
}
