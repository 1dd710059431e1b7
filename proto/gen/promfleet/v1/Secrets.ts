// Original file: proto/fleet/v1/spec.proto

import type { SecretReference as _promfleet_v1_SecretReference, SecretReference__Output as _promfleet_v1_SecretReference__Output } from '../../promfleet/v1/SecretReference.ts';
import type { File as _promfleet_v1_File, File__Output as _promfleet_v1_File__Output } from '../../promfleet/v1/File.ts';

export interface Secrets {
  'references'?: (_promfleet_v1_SecretReference)[];
  'files'?: (_promfleet_v1_File)[];
}

export interface Secrets__Output {
  'references': (_promfleet_v1_SecretReference__Output)[];
  'files': (_promfleet_v1_File__Output)[];
}
