// Original file: proto/fleet/v1/session.proto

import type { HostSpec as _promfleet_v1_HostSpec, HostSpec__Output as _promfleet_v1_HostSpec__Output } from '../../promfleet/v1/HostSpec.ts';
import type { Operation as _promfleet_v1_Operation, Operation__Output as _promfleet_v1_Operation__Output } from '../../promfleet/v1/Operation.ts';
import type { LogTail as _promfleet_v1_LogTail, LogTail__Output as _promfleet_v1_LogTail__Output } from '../../promfleet/v1/LogTail.ts';
import type { LogTailEnd as _promfleet_v1_LogTailEnd, LogTailEnd__Output as _promfleet_v1_LogTailEnd__Output } from '../../promfleet/v1/LogTailEnd.ts';
import type { Ask as _promfleet_v1_Ask, Ask__Output as _promfleet_v1_Ask__Output } from '../../promfleet/v1/Ask.ts';
import type { Trust as _promfleet_v1_Trust, Trust__Output as _promfleet_v1_Trust__Output } from '../../promfleet/v1/Trust.ts';
import type { Controllers as _promfleet_v1_Controllers, Controllers__Output as _promfleet_v1_Controllers__Output } from '../../promfleet/v1/Controllers.ts';

export interface ControllerMessage {
  'spec'?: (_promfleet_v1_HostSpec | null);
  'operation'?: (_promfleet_v1_Operation | null);
  'logTail'?: (_promfleet_v1_LogTail | null);
  'logTailEnd'?: (_promfleet_v1_LogTailEnd | null);
  'ask'?: (_promfleet_v1_Ask | null);
  'trust'?: (_promfleet_v1_Trust | null);
  'controllers'?: (_promfleet_v1_Controllers | null);
  'body'?: "spec"|"operation"|"logTail"|"logTailEnd"|"ask"|"trust"|"controllers";
}

export interface ControllerMessage__Output {
  'spec'?: (_promfleet_v1_HostSpec__Output | null);
  'operation'?: (_promfleet_v1_Operation__Output | null);
  'logTail'?: (_promfleet_v1_LogTail__Output | null);
  'logTailEnd'?: (_promfleet_v1_LogTailEnd__Output | null);
  'ask'?: (_promfleet_v1_Ask__Output | null);
  'trust'?: (_promfleet_v1_Trust__Output | null);
  'controllers'?: (_promfleet_v1_Controllers__Output | null);
  'body'?: "spec"|"operation"|"logTail"|"logTailEnd"|"ask"|"trust"|"controllers";
}
