// Original file: proto/fleet/v1/spec.proto

import type { Rescue as _promfleet_v1_Rescue, Rescue__Output as _promfleet_v1_Rescue__Output } from '../../promfleet/v1/Rescue.ts';

export interface Losses {
  'port'?: (number);
  'metricsPath'?: (string);
  'lostMetrics'?: (string)[];
  'storedMetric'?: (string);
  'directory'?: (string);
  'rescue'?: (_promfleet_v1_Rescue | null);
  'tls'?: (boolean);
}

export interface Losses__Output {
  'port': (number);
  'metricsPath': (string);
  'lostMetrics': (string)[];
  'storedMetric': (string);
  'directory': (string);
  'rescue': (_promfleet_v1_Rescue__Output | null);
  'tls': (boolean);
}
