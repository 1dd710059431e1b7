// Original file: proto/fleet/v1/report.proto

import type { Revision as _promfleet_v1_Revision, Revision__Output as _promfleet_v1_Revision__Output } from '../../promfleet/v1/Revision.ts';
import type { HostFacts as _promfleet_v1_HostFacts, HostFacts__Output as _promfleet_v1_HostFacts__Output } from '../../promfleet/v1/HostFacts.ts';
import type { UnitReport as _promfleet_v1_UnitReport, UnitReport__Output as _promfleet_v1_UnitReport__Output } from '../../promfleet/v1/UnitReport.ts';
import type { Problem as _promfleet_v1_Problem, Problem__Output as _promfleet_v1_Problem__Output } from '../../promfleet/v1/Problem.ts';

export interface HostReport {
  'revision'?: (_promfleet_v1_Revision | null);
  'specDigest'?: (string);
  'agentVersion'?: (string);
  'facts'?: (_promfleet_v1_HostFacts | null);
  'units'?: (_promfleet_v1_UnitReport)[];
  'problems'?: (_promfleet_v1_Problem)[];
  'trustDigest'?: (string);
  'atMs'?: (number | string);
  'converged'?: (boolean);
  'tlsTrustDigest'?: (string);
}

export interface HostReport__Output {
  'revision': (_promfleet_v1_Revision__Output | null);
  'specDigest': (string);
  'agentVersion': (string);
  'facts': (_promfleet_v1_HostFacts__Output | null);
  'units': (_promfleet_v1_UnitReport__Output)[];
  'problems': (_promfleet_v1_Problem__Output)[];
  'trustDigest': (string);
  'atMs': (number);
  'converged': (boolean);
  'tlsTrustDigest': (string);
}
