// Original file: proto/fleet/v1/report.proto


export interface Loss {
  'sinceMs'?: (number | string);
  'untilMs'?: (number | string);
}

export interface Loss__Output {
  'sinceMs': (number);
  'untilMs': (number);
}
