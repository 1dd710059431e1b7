// Original file: proto/fleet/v1/spec.proto


export interface Reload {
  'signal'?: (string);
  'metricsPath'?: (string);
  'port'?: (number);
  'successMetric'?: (string);
  'timestampMetric'?: (string);
  'tls'?: (boolean);
}

export interface Reload__Output {
  'signal': (string);
  'metricsPath': (string);
  'port': (number);
  'successMetric': (string);
  'timestampMetric': (string);
  'tls': (boolean);
}
