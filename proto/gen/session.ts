import type * as grpc from '@grpc/grpc-js';
import type { MessageTypeDefinition } from '@grpc/proto-loader';

import type { Activity as _promfleet_v1_Activity, Activity__Output as _promfleet_v1_Activity__Output } from './promfleet/v1/Activity.ts';
import type { AgentMessage as _promfleet_v1_AgentMessage, AgentMessage__Output as _promfleet_v1_AgentMessage__Output } from './promfleet/v1/AgentMessage.ts';
import type { Allowed as _promfleet_v1_Allowed, Allowed__Output as _promfleet_v1_Allowed__Output } from './promfleet/v1/Allowed.ts';
import type { Answer as _promfleet_v1_Answer, Answer__Output as _promfleet_v1_Answer__Output } from './promfleet/v1/Answer.ts';
import type { Ask as _promfleet_v1_Ask, Ask__Output as _promfleet_v1_Ask__Output } from './promfleet/v1/Ask.ts';
import type { Bind as _promfleet_v1_Bind, Bind__Output as _promfleet_v1_Bind__Output } from './promfleet/v1/Bind.ts';
import type { Certificate as _promfleet_v1_Certificate, Certificate__Output as _promfleet_v1_Certificate__Output } from './promfleet/v1/Certificate.ts';
import type { CertifyUnitRequest as _promfleet_v1_CertifyUnitRequest, CertifyUnitRequest__Output as _promfleet_v1_CertifyUnitRequest__Output } from './promfleet/v1/CertifyUnitRequest.ts';
import type { Check as _promfleet_v1_Check, Check__Output as _promfleet_v1_Check__Output } from './promfleet/v1/Check.ts';
import type { Chunk as _promfleet_v1_Chunk, Chunk__Output as _promfleet_v1_Chunk__Output } from './promfleet/v1/Chunk.ts';
import type { ControllerMessage as _promfleet_v1_ControllerMessage, ControllerMessage__Output as _promfleet_v1_ControllerMessage__Output } from './promfleet/v1/ControllerMessage.ts';
import type { Controllers as _promfleet_v1_Controllers, Controllers__Output as _promfleet_v1_Controllers__Output } from './promfleet/v1/Controllers.ts';
import type { FetchReleaseRequest as _promfleet_v1_FetchReleaseRequest, FetchReleaseRequest__Output as _promfleet_v1_FetchReleaseRequest__Output } from './promfleet/v1/FetchReleaseRequest.ts';
import type { File as _promfleet_v1_File, File__Output as _promfleet_v1_File__Output } from './promfleet/v1/File.ts';
import type { HostFacts as _promfleet_v1_HostFacts, HostFacts__Output as _promfleet_v1_HostFacts__Output } from './promfleet/v1/HostFacts.ts';
import type { HostReport as _promfleet_v1_HostReport, HostReport__Output as _promfleet_v1_HostReport__Output } from './promfleet/v1/HostReport.ts';
import type { HostSpec as _promfleet_v1_HostSpec, HostSpec__Output as _promfleet_v1_HostSpec__Output } from './promfleet/v1/HostSpec.ts';
import type { Limits as _promfleet_v1_Limits, Limits__Output as _promfleet_v1_Limits__Output } from './promfleet/v1/Limits.ts';
import type { LogLines as _promfleet_v1_LogLines, LogLines__Output as _promfleet_v1_LogLines__Output } from './promfleet/v1/LogLines.ts';
import type { LogTail as _promfleet_v1_LogTail, LogTail__Output as _promfleet_v1_LogTail__Output } from './promfleet/v1/LogTail.ts';
import type { LogTailEnd as _promfleet_v1_LogTailEnd, LogTailEnd__Output as _promfleet_v1_LogTailEnd__Output } from './promfleet/v1/LogTailEnd.ts';
import type { Loss as _promfleet_v1_Loss, Loss__Output as _promfleet_v1_Loss__Output } from './promfleet/v1/Loss.ts';
import type { Losses as _promfleet_v1_Losses, Losses__Output as _promfleet_v1_Losses__Output } from './promfleet/v1/Losses.ts';
import type { Narrowing as _promfleet_v1_Narrowing, Narrowing__Output as _promfleet_v1_Narrowing__Output } from './promfleet/v1/Narrowing.ts';
import type { Operation as _promfleet_v1_Operation, Operation__Output as _promfleet_v1_Operation__Output } from './promfleet/v1/Operation.ts';
import type { OperationResult as _promfleet_v1_OperationResult, OperationResult__Output as _promfleet_v1_OperationResult__Output } from './promfleet/v1/OperationResult.ts';
import type { Port as _promfleet_v1_Port, Port__Output as _promfleet_v1_Port__Output } from './promfleet/v1/Port.ts';
import type { Probe as _promfleet_v1_Probe, Probe__Output as _promfleet_v1_Probe__Output } from './promfleet/v1/Probe.ts';
import type { Problem as _promfleet_v1_Problem, Problem__Output as _promfleet_v1_Problem__Output } from './promfleet/v1/Problem.ts';
import type { Release as _promfleet_v1_Release, Release__Output as _promfleet_v1_Release__Output } from './promfleet/v1/Release.ts';
import type { Reload as _promfleet_v1_Reload, Reload__Output as _promfleet_v1_Reload__Output } from './promfleet/v1/Reload.ts';
import type { RenewCertificateRequest as _promfleet_v1_RenewCertificateRequest, RenewCertificateRequest__Output as _promfleet_v1_RenewCertificateRequest__Output } from './promfleet/v1/RenewCertificateRequest.ts';
import type { Rescue as _promfleet_v1_Rescue, Rescue__Output as _promfleet_v1_Rescue__Output } from './promfleet/v1/Rescue.ts';
import type { Revision as _promfleet_v1_Revision, Revision__Output as _promfleet_v1_Revision__Output } from './promfleet/v1/Revision.ts';
import type { Sandbox as _promfleet_v1_Sandbox, Sandbox__Output as _promfleet_v1_Sandbox__Output } from './promfleet/v1/Sandbox.ts';
import type { Script as _promfleet_v1_Script, Script__Output as _promfleet_v1_Script__Output } from './promfleet/v1/Script.ts';
import type { Secret as _promfleet_v1_Secret, Secret__Output as _promfleet_v1_Secret__Output } from './promfleet/v1/Secret.ts';
import type { SecretReference as _promfleet_v1_SecretReference, SecretReference__Output as _promfleet_v1_SecretReference__Output } from './promfleet/v1/SecretReference.ts';
import type { Secrets as _promfleet_v1_Secrets, Secrets__Output as _promfleet_v1_Secrets__Output } from './promfleet/v1/Secrets.ts';
import type { SessionClient as _promfleet_v1_SessionClient, SessionDefinition as _promfleet_v1_SessionDefinition } from './promfleet/v1/Session.ts';
import type { Stop as _promfleet_v1_Stop, Stop__Output as _promfleet_v1_Stop__Output } from './promfleet/v1/Stop.ts';
import type { Tls as _promfleet_v1_Tls, Tls__Output as _promfleet_v1_Tls__Output } from './promfleet/v1/Tls.ts';
import type { Trust as _promfleet_v1_Trust, Trust__Output as _promfleet_v1_Trust__Output } from './promfleet/v1/Trust.ts';
import type { UnitReport as _promfleet_v1_UnitReport, UnitReport__Output as _promfleet_v1_UnitReport__Output } from './promfleet/v1/UnitReport.ts';
import type { UnitSpec as _promfleet_v1_UnitSpec, UnitSpec__Output as _promfleet_v1_UnitSpec__Output } from './promfleet/v1/UnitSpec.ts';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  promfleet: {
    v1: {
      Activity: MessageTypeDefinition<_promfleet_v1_Activity, _promfleet_v1_Activity__Output>
      AgentMessage: MessageTypeDefinition<_promfleet_v1_AgentMessage, _promfleet_v1_AgentMessage__Output>
      Allowed: MessageTypeDefinition<_promfleet_v1_Allowed, _promfleet_v1_Allowed__Output>
      Answer: MessageTypeDefinition<_promfleet_v1_Answer, _promfleet_v1_Answer__Output>
      Ask: MessageTypeDefinition<_promfleet_v1_Ask, _promfleet_v1_Ask__Output>
      Bind: MessageTypeDefinition<_promfleet_v1_Bind, _promfleet_v1_Bind__Output>
      Certificate: MessageTypeDefinition<_promfleet_v1_Certificate, _promfleet_v1_Certificate__Output>
      CertifyUnitRequest: MessageTypeDefinition<_promfleet_v1_CertifyUnitRequest, _promfleet_v1_CertifyUnitRequest__Output>
      Check: MessageTypeDefinition<_promfleet_v1_Check, _promfleet_v1_Check__Output>
      Chunk: MessageTypeDefinition<_promfleet_v1_Chunk, _promfleet_v1_Chunk__Output>
      ControllerMessage: MessageTypeDefinition<_promfleet_v1_ControllerMessage, _promfleet_v1_ControllerMessage__Output>
      Controllers: MessageTypeDefinition<_promfleet_v1_Controllers, _promfleet_v1_Controllers__Output>
      FetchReleaseRequest: MessageTypeDefinition<_promfleet_v1_FetchReleaseRequest, _promfleet_v1_FetchReleaseRequest__Output>
      File: MessageTypeDefinition<_promfleet_v1_File, _promfleet_v1_File__Output>
      HostFacts: MessageTypeDefinition<_promfleet_v1_HostFacts, _promfleet_v1_HostFacts__Output>
      HostReport: MessageTypeDefinition<_promfleet_v1_HostReport, _promfleet_v1_HostReport__Output>
      HostSpec: MessageTypeDefinition<_promfleet_v1_HostSpec, _promfleet_v1_HostSpec__Output>
      Limits: MessageTypeDefinition<_promfleet_v1_Limits, _promfleet_v1_Limits__Output>
      LogLines: MessageTypeDefinition<_promfleet_v1_LogLines, _promfleet_v1_LogLines__Output>
      LogTail: MessageTypeDefinition<_promfleet_v1_LogTail, _promfleet_v1_LogTail__Output>
      LogTailEnd: MessageTypeDefinition<_promfleet_v1_LogTailEnd, _promfleet_v1_LogTailEnd__Output>
      Loss: MessageTypeDefinition<_promfleet_v1_Loss, _promfleet_v1_Loss__Output>
      Losses: MessageTypeDefinition<_promfleet_v1_Losses, _promfleet_v1_Losses__Output>
      Narrowing: MessageTypeDefinition<_promfleet_v1_Narrowing, _promfleet_v1_Narrowing__Output>
      Operation: MessageTypeDefinition<_promfleet_v1_Operation, _promfleet_v1_Operation__Output>
      OperationResult: MessageTypeDefinition<_promfleet_v1_OperationResult, _promfleet_v1_OperationResult__Output>
      Port: MessageTypeDefinition<_promfleet_v1_Port, _promfleet_v1_Port__Output>
      Probe: MessageTypeDefinition<_promfleet_v1_Probe, _promfleet_v1_Probe__Output>
      Problem: MessageTypeDefinition<_promfleet_v1_Problem, _promfleet_v1_Problem__Output>
      Release: MessageTypeDefinition<_promfleet_v1_Release, _promfleet_v1_Release__Output>
      Reload: MessageTypeDefinition<_promfleet_v1_Reload, _promfleet_v1_Reload__Output>
      RenewCertificateRequest: MessageTypeDefinition<_promfleet_v1_RenewCertificateRequest, _promfleet_v1_RenewCertificateRequest__Output>
      Rescue: MessageTypeDefinition<_promfleet_v1_Rescue, _promfleet_v1_Rescue__Output>
      Revision: MessageTypeDefinition<_promfleet_v1_Revision, _promfleet_v1_Revision__Output>
      Sandbox: MessageTypeDefinition<_promfleet_v1_Sandbox, _promfleet_v1_Sandbox__Output>
      Script: MessageTypeDefinition<_promfleet_v1_Script, _promfleet_v1_Script__Output>
      Secret: MessageTypeDefinition<_promfleet_v1_Secret, _promfleet_v1_Secret__Output>
      SecretReference: MessageTypeDefinition<_promfleet_v1_SecretReference, _promfleet_v1_SecretReference__Output>
      Secrets: MessageTypeDefinition<_promfleet_v1_Secrets, _promfleet_v1_Secrets__Output>
      Session: SubtypeConstructor<typeof grpc.Client, _promfleet_v1_SessionClient> & { service: _promfleet_v1_SessionDefinition }
      Stop: MessageTypeDefinition<_promfleet_v1_Stop, _promfleet_v1_Stop__Output>
      Tls: MessageTypeDefinition<_promfleet_v1_Tls, _promfleet_v1_Tls__Output>
      Trust: MessageTypeDefinition<_promfleet_v1_Trust, _promfleet_v1_Trust__Output>
      UnitReport: MessageTypeDefinition<_promfleet_v1_UnitReport, _promfleet_v1_UnitReport__Output>
      UnitSpec: MessageTypeDefinition<_promfleet_v1_UnitSpec, _promfleet_v1_UnitSpec__Output>
    }
  }
}

