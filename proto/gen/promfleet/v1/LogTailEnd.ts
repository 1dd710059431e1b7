// Original file: proto/fleet/v1/session.proto


export interface LogTailEnd {
  'id'?: (string);
}

export interface LogTailEnd__Output {
  'id': (string);
}
