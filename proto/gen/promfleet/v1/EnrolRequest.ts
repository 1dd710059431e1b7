// Original file: proto/fleet/v1/enrolment.proto

import type { HostFacts as _promfleet_v1_HostFacts, HostFacts__Output as _promfleet_v1_HostFacts__Output } from '../../promfleet/v1/HostFacts.ts';

export interface EnrolRequest {
  'token'?: (string);
  'csrDer'?: (Buffer | Uint8Array | string);
  'facts'?: (_promfleet_v1_HostFacts | null);
  'name'?: (string);
  'atMs'?: (number | string);
  'agentVersion'?: (string);
}

export interface EnrolRequest__Output {
  'token': (string);
  'csrDer': (Buffer);
  'facts': (_promfleet_v1_HostFacts__Output | null);
  'name': (string);
  'atMs': (number);
  'agentVersion': (string);
}
