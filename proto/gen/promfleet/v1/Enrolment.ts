// Original file: proto/fleet/v1/enrolment.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { EnrolRequest as _promfleet_v1_EnrolRequest, EnrolRequest__Output as _promfleet_v1_EnrolRequest__Output } from '../../promfleet/v1/EnrolRequest.ts';
import type { Enrolled as _promfleet_v1_Enrolled, Enrolled__Output as _promfleet_v1_Enrolled__Output } from '../../promfleet/v1/Enrolled.ts';
import type { RenewLapsedRequest as _promfleet_v1_RenewLapsedRequest, RenewLapsedRequest__Output as _promfleet_v1_RenewLapsedRequest__Output } from '../../promfleet/v1/RenewLapsedRequest.ts';

export interface EnrolmentClient extends grpc.Client {
  Enrol(argument: _promfleet_v1_EnrolRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_promfleet_v1_Enrolled__Output>): grpc.ClientUnaryCall;
  Enrol(argument: _promfleet_v1_EnrolRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_promfleet_v1_Enrolled__Output>): grpc.ClientUnaryCall;
  Enrol(argument: _promfleet_v1_EnrolRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_promfleet_v1_Enrolled__Output>): grpc.ClientUnaryCall;
  Enrol(argument: _promfleet_v1_EnrolRequest, callback: grpc.requestCallback<_promfleet_v1_Enrolled__Output>): grpc.ClientUnaryCall;
  enrol(argument: _promfleet_v1_EnrolRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_promfleet_v1_Enrolled__Output>): grpc.ClientUnaryCall;
  enrol(argument: _promfleet_v1_EnrolRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_promfleet_v1_Enrolled__Output>): grpc.ClientUnaryCall;
  enrol(argument: _promfleet_v1_EnrolRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_promfleet_v1_Enrolled__Output>): grpc.ClientUnaryCall;
  enrol(argument: _promfleet_v1_EnrolRequest, callback: grpc.requestCallback<_promfleet_v1_Enrolled__Output>): grpc.ClientUnaryCall;
  
  RenewLapsed(argument: _promfleet_v1_RenewLapsedRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_promfleet_v1_Enrolled__Output>): grpc.ClientUnaryCall;
  RenewLapsed(argument: _promfleet_v1_RenewLapsedRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_promfleet_v1_Enrolled__Output>): grpc.ClientUnaryCall;
  RenewLapsed(argument: _promfleet_v1_RenewLapsedRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_promfleet_v1_Enrolled__Output>): grpc.ClientUnaryCall;
  RenewLapsed(argument: _promfleet_v1_RenewLapsedRequest, callback: grpc.requestCallback<_promfleet_v1_Enrolled__Output>): grpc.ClientUnaryCall;
  renewLapsed(argument: _promfleet_v1_RenewLapsedRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_promfleet_v1_Enrolled__Output>): grpc.ClientUnaryCall;
  renewLapsed(argument: _promfleet_v1_RenewLapsedRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_promfleet_v1_Enrolled__Output>): grpc.ClientUnaryCall;
  renewLapsed(argument: _promfleet_v1_RenewLapsedRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_promfleet_v1_Enrolled__Output>): grpc.ClientUnaryCall;
  renewLapsed(argument: _promfleet_v1_RenewLapsedRequest, callback: grpc.requestCallback<_promfleet_v1_Enrolled__Output>): grpc.ClientUnaryCall;
  
}

export interface EnrolmentHandlers extends grpc.UntypedServiceImplementation {
  Enrol: grpc.handleUnaryCall<_promfleet_v1_EnrolRequest__Output, _promfleet_v1_Enrolled>;
  
  RenewLapsed: grpc.handleUnaryCall<_promfleet_v1_RenewLapsedRequest__Output, _promfleet_v1_Enrolled>;
  
}

export interface EnrolmentDefinition extends grpc.ServiceDefinition {
  Enrol: MethodDefinition<_promfleet_v1_EnrolRequest, _promfleet_v1_Enrolled, _promfleet_v1_EnrolRequest__Output, _promfleet_v1_Enrolled__Output>
  RenewLapsed: MethodDefinition<_promfleet_v1_RenewLapsedRequest, _promfleet_v1_Enrolled, _promfleet_v1_RenewLapsedRequest__Output, _promfleet_v1_Enrolled__Output>
}
