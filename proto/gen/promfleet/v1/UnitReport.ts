// Original file: proto/fleet/v1/report.proto

import type { Activity as _promfleet_v1_Activity, Activity__Output as _promfleet_v1_Activity__Output } from '../../promfleet/v1/Activity.ts';
import type { Loss as _promfleet_v1_Loss, Loss__Output as _promfleet_v1_Loss__Output } from '../../promfleet/v1/Loss.ts';

export interface UnitReport {
  'name'?: (string);
  'state'?: (string);
  'message'?: (string);
  'version'?: (string);
  'releaseSha256'?: (string);
  'pid'?: (number);
  'startedAtMs'?: (number | string);
  'restarts'?: (number);
  'configDigest'?: (string);
  'loadedDigest'?: (string);
  'launchDigest'?: (string);
  'lastLines'?: (string)[];
  'activity'?: (_promfleet_v1_Activity | null);
  'readyAtMs'?: (number | string);
  'drift'?: (string);
  'loss'?: (_promfleet_v1_Loss | null);
  'tlsUntilMs'?: (number | string);
  'tlsProblem'?: (string);
  'tlsDigest'?: (string);
}

export interface UnitReport__Output {
  'name': (string);
  'state': (string);
  'message': (string);
  'version': (string);
  'releaseSha256': (string);
  'pid': (number);
  'startedAtMs': (number);
  'restarts': (number);
  'configDigest': (string);
  'loadedDigest': (string);
  'launchDigest': (string);
  'lastLines': (string)[];
  'activity': (_promfleet_v1_Activity__Output | null);
  'readyAtMs': (number);
  'drift': (string);
  'loss': (_promfleet_v1_Loss__Output | null);
  'tlsUntilMs': (number);
  'tlsProblem': (string);
  'tlsDigest': (string);
}
