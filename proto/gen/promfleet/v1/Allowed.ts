// Original file: proto/fleet/v1/report.proto


export interface Allowed {
  'values'?: (string)[];
}

export interface Allowed__Output {
  'values': (string)[];
}
