// Original file: proto/fleet/v1/session.proto

import type { HostReport as _promfleet_v1_HostReport, HostReport__Output as _promfleet_v1_HostReport__Output } from '../../promfleet/v1/HostReport.ts';
import type { OperationResult as _promfleet_v1_OperationResult, OperationResult__Output as _promfleet_v1_OperationResult__Output } from '../../promfleet/v1/OperationResult.ts';
import type { LogLines as _promfleet_v1_LogLines, LogLines__Output as _promfleet_v1_LogLines__Output } from '../../promfleet/v1/LogLines.ts';
import type { Answer as _promfleet_v1_Answer, Answer__Output as _promfleet_v1_Answer__Output } from '../../promfleet/v1/Answer.ts';

export interface AgentMessage {
  'report'?: (_promfleet_v1_HostReport | null);
  'result'?: (_promfleet_v1_OperationResult | null);
  'logLines'?: (_promfleet_v1_LogLines | null);
  'answer'?: (_promfleet_v1_Answer | null);
  'body'?: "report"|"result"|"logLines"|"answer";
}

export interface AgentMessage__Output {
  'report'?: (_promfleet_v1_HostReport__Output | null);
  'result'?: (_promfleet_v1_OperationResult__Output | null);
  'logLines'?: (_promfleet_v1_LogLines__Output | null);
  'answer'?: (_promfleet_v1_Answer__Output | null);
  'body'?: "report"|"result"|"logLines"|"answer";
}
