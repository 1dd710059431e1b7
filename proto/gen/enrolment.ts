import type * as grpc from '@grpc/grpc-js';
import type { MessageTypeDefinition } from '@grpc/proto-loader';

import type { Activity as _promfleet_v1_Activity, Activity__Output as _promfleet_v1_Activity__Output } from './promfleet/v1/Activity.ts';
import type { Allowed as _promfleet_v1_Allowed, Allowed__Output as _promfleet_v1_Allowed__Output } from './promfleet/v1/Allowed.ts';
import type { Bind as _promfleet_v1_Bind, Bind__Output as _promfleet_v1_Bind__Output } from './promfleet/v1/Bind.ts';
import type { Check as _promfleet_v1_Check, Check__Output as _promfleet_v1_Check__Output } from './promfleet/v1/Check.ts';
import type { EnrolRequest as _promfleet_v1_EnrolRequest, EnrolRequest__Output as _promfleet_v1_EnrolRequest__Output } from './promfleet/v1/EnrolRequest.ts';
import type { Enrolled as _promfleet_v1_Enrolled, Enrolled__Output as _promfleet_v1_Enrolled__Output } from './promfleet/v1/Enrolled.ts';
import type { EnrolmentClient as _promfleet_v1_EnrolmentClient, EnrolmentDefinition as _promfleet_v1_EnrolmentDefinition } from './promfleet/v1/Enrolment.ts';
import type { File as _promfleet_v1_File, File__Output as _promfleet_v1_File__Output } from './promfleet/v1/File.ts';
import type { HostFacts as _promfleet_v1_HostFacts, HostFacts__Output as _promfleet_v1_HostFacts__Output } from './promfleet/v1/HostFacts.ts';
import type { HostReport as _promfleet_v1_HostReport, HostReport__Output as _promfleet_v1_HostReport__Output } from './promfleet/v1/HostReport.ts';
import type { HostSpec as _promfleet_v1_HostSpec, HostSpec__Output as _promfleet_v1_HostSpec__Output } from './promfleet/v1/HostSpec.ts';
import type { Limits as _promfleet_v1_Limits, Limits__Output as _promfleet_v1_Limits__Output } from './promfleet/v1/Limits.ts';
import type { Loss as _promfleet_v1_Loss, Loss__Output as _promfleet_v1_Loss__Output } from './promfleet/v1/Loss.ts';
import type { Losses as _promfleet_v1_Losses, Losses__Output as _promfleet_v1_Losses__Output } from './promfleet/v1/Losses.ts';
import type { Narrowing as _promfleet_v1_Narrowing, Narrowing__Output as _promfleet_v1_Narrowing__Output } from './promfleet/v1/Narrowing.ts';
import type { Port as _promfleet_v1_Port, Port__Output as _promfleet_v1_Port__Output } from './promfleet/v1/Port.ts';
import type { Probe as _promfleet_v1_Probe, Probe__Output as _promfleet_v1_Probe__Output } from './promfleet/v1/Probe.ts';
import type { Problem as _promfleet_v1_Problem, Problem__Output as _promfleet_v1_Problem__Output } from './promfleet/v1/Problem.ts';
import type { Release as _promfleet_v1_Release, Release__Output as _promfleet_v1_Release__Output } from './promfleet/v1/Release.ts';
import type { Reload as _promfleet_v1_Reload, Reload__Output as _promfleet_v1_Reload__Output } from './promfleet/v1/Reload.ts';
import type { RenewLapsedRequest as _promfleet_v1_RenewLapsedRequest, RenewLapsedRequest__Output as _promfleet_v1_RenewLapsedRequest__Output } from './promfleet/v1/RenewLapsedRequest.ts';
import type { Rescue as _promfleet_v1_Rescue, Rescue__Output as _promfleet_v1_Rescue__Output } from './promfleet/v1/Rescue.ts';
import type { Revision as _promfleet_v1_Revision, Revision__Output as _promfleet_v1_Revision__Output } from './promfleet/v1/Revision.ts';
import type { Sandbox as _promfleet_v1_Sandbox, Sandbox__Output as _promfleet_v1_Sandbox__Output } from './promfleet/v1/Sandbox.ts';
import type { Script as _promfleet_v1_Script, Script__Output as _promfleet_v1_Script__Output } from './promfleet/v1/Script.ts';
import type { Secret as _promfleet_v1_Secret, Secret__Output as _promfleet_v1_Secret__Output } from './promfleet/v1/Secret.ts';
import type { SecretReference as _promfleet_v1_SecretReference, SecretReference__Output as _promfleet_v1_SecretReference__Output } from './promfleet/v1/SecretReference.ts';
import type { Secrets as _promfleet_v1_Secrets, Secrets__Output as _promfleet_v1_Secrets__Output } from './promfleet/v1/Secrets.ts';
import type { Stop as _promfleet_v1_Stop, Stop__Output as _promfleet_v1_Stop__Output } from './promfleet/v1/Stop.ts';
import type { Tls as _promfleet_v1_Tls, Tls__Output as _promfleet_v1_Tls__Output } from './promfleet/v1/Tls.ts';
import type { UnitReport as _promfleet_v1_UnitReport, UnitReport__Output as _promfleet_v1_UnitReport__Output } from './promfleet/v1/UnitReport.ts';
import type { UnitSpec as _promfleet_v1_UnitSpec, UnitSpec__Output as _promfleet_v1_UnitSpec__Output } from './promfleet/v1/UnitSpec.ts';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  promfleet: {
    v1: {
      Activity: MessageTypeDefinition<_promfleet_v1_Activity, _promfleet_v1_Activity__Output>
      Allowed: MessageTypeDefinition<_promfleet_v1_Allowed, _promfleet_v1_Allowed__Output>
      Bind: MessageTypeDefinition<_promfleet_v1_Bind, _promfleet_v1_Bind__Output>
      Check: MessageTypeDefinition<_promfleet_v1_Check, _promfleet_v1_Check__Output>
      EnrolRequest: MessageTypeDefinition<_promfleet_v1_EnrolRequest, _promfleet_v1_EnrolRequest__Output>
      Enrolled: MessageTypeDefinition<_promfleet_v1_Enrolled, _promfleet_v1_Enrolled__Output>
      Enrolment: SubtypeConstructor<typeof grpc.Client, _promfleet_v1_EnrolmentClient> & { service: _promfleet_v1_EnrolmentDefinition }
      File: MessageTypeDefinition<_promfleet_v1_File, _promfleet_v1_File__Output>
      HostFacts: MessageTypeDefinition<_promfleet_v1_HostFacts, _promfleet_v1_HostFacts__Output>
      HostReport: MessageTypeDefinition<_promfleet_v1_HostReport, _promfleet_v1_HostReport__Output>
      HostSpec: MessageTypeDefinition<_promfleet_v1_HostSpec, _promfleet_v1_HostSpec__Output>
      Limits: MessageTypeDefinition<_promfleet_v1_Limits, _promfleet_v1_Limits__Output>
      Loss: MessageTypeDefinition<_promfleet_v1_Loss, _promfleet_v1_Loss__Output>
      Losses: MessageTypeDefinition<_promfleet_v1_Losses, _promfleet_v1_Losses__Output>
      Narrowing: MessageTypeDefinition<_promfleet_v1_Narrowing, _promfleet_v1_Narrowing__Output>
      Port: MessageTypeDefinition<_promfleet_v1_Port, _promfleet_v1_Port__Output>
      Probe: MessageTypeDefinition<_promfleet_v1_Probe, _promfleet_v1_Probe__Output>
      Problem: MessageTypeDefinition<_promfleet_v1_Problem, _promfleet_v1_Problem__Output>
      Release: MessageTypeDefinition<_promfleet_v1_Release, _promfleet_v1_Release__Output>
      Reload: MessageTypeDefinition<_promfleet_v1_Reload, _promfleet_v1_Reload__Output>
      RenewLapsedRequest: MessageTypeDefinition<_promfleet_v1_RenewLapsedRequest, _promfleet_v1_RenewLapsedRequest__Output>
      Rescue: MessageTypeDefinition<_promfleet_v1_Rescue, _promfleet_v1_Rescue__Output>
      Revision: MessageTypeDefinition<_promfleet_v1_Revision, _promfleet_v1_Revision__Output>
      Sandbox: MessageTypeDefinition<_promfleet_v1_Sandbox, _promfleet_v1_Sandbox__Output>
      Script: MessageTypeDefinition<_promfleet_v1_Script, _promfleet_v1_Script__Output>
      Secret: MessageTypeDefinition<_promfleet_v1_Secret, _promfleet_v1_Secret__Output>
      SecretReference: MessageTypeDefinition<_promfleet_v1_SecretReference, _promfleet_v1_SecretReference__Output>
      Secrets: MessageTypeDefinition<_promfleet_v1_Secrets, _promfleet_v1_Secrets__Output>
      Stop: MessageTypeDefinition<_promfleet_v1_Stop, _promfleet_v1_Stop__Output>
      Tls: MessageTypeDefinition<_promfleet_v1_Tls, _promfleet_v1_Tls__Output>
      UnitReport: MessageTypeDefinition<_promfleet_v1_UnitReport, _promfleet_v1_UnitReport__Output>
      UnitSpec: MessageTypeDefinition<_promfleet_v1_UnitSpec, _promfleet_v1_UnitSpec__Output>
    }
  }
}

