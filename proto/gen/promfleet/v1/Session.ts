// Original file: proto/fleet/v1/session.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { AgentMessage as _promfleet_v1_AgentMessage, AgentMessage__Output as _promfleet_v1_AgentMessage__Output } from '../../promfleet/v1/AgentMessage.ts';
import type { Certificate as _promfleet_v1_Certificate, Certificate__Output as _promfleet_v1_Certificate__Output } from '../../promfleet/v1/Certificate.ts';
import type { CertifyUnitRequest as _promfleet_v1_CertifyUnitRequest, CertifyUnitRequest__Output as _promfleet_v1_CertifyUnitRequest__Output } from '../../promfleet/v1/CertifyUnitRequest.ts';
import type { Chunk as _promfleet_v1_Chunk, Chunk__Output as _promfleet_v1_Chunk__Output } from '../../promfleet/v1/Chunk.ts';
import type { ControllerMessage as _promfleet_v1_ControllerMessage, ControllerMessage__Output as _promfleet_v1_ControllerMessage__Output } from '../../promfleet/v1/ControllerMessage.ts';
import type { FetchReleaseRequest as _promfleet_v1_FetchReleaseRequest, FetchReleaseRequest__Output as _promfleet_v1_FetchReleaseRequest__Output } from '../../promfleet/v1/FetchReleaseRequest.ts';
import type { RenewCertificateRequest as _promfleet_v1_RenewCertificateRequest, RenewCertificateRequest__Output as _promfleet_v1_RenewCertificateRequest__Output } from '../../promfleet/v1/RenewCertificateRequest.ts';

export interface SessionClient extends grpc.Client {
  CertifyUnit(argument: _promfleet_v1_CertifyUnitRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_promfleet_v1_Certificate__Output>): grpc.ClientUnaryCall;
  CertifyUnit(argument: _promfleet_v1_CertifyUnitRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_promfleet_v1_Certificate__Output>): grpc.ClientUnaryCall;
  CertifyUnit(argument: _promfleet_v1_CertifyUnitRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_promfleet_v1_Certificate__Output>): grpc.ClientUnaryCall;
  CertifyUnit(argument: _promfleet_v1_CertifyUnitRequest, callback: grpc.requestCallback<_promfleet_v1_Certificate__Output>): grpc.ClientUnaryCall;
  certifyUnit(argument: _promfleet_v1_CertifyUnitRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_promfleet_v1_Certificate__Output>): grpc.ClientUnaryCall;
  certifyUnit(argument: _promfleet_v1_CertifyUnitRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_promfleet_v1_Certificate__Output>): grpc.ClientUnaryCall;
  certifyUnit(argument: _promfleet_v1_CertifyUnitRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_promfleet_v1_Certificate__Output>): grpc.ClientUnaryCall;
  certifyUnit(argument: _promfleet_v1_CertifyUnitRequest, callback: grpc.requestCallback<_promfleet_v1_Certificate__Output>): grpc.ClientUnaryCall;
  
  Connect(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_promfleet_v1_AgentMessage, _promfleet_v1_ControllerMessage__Output>;
  Connect(options?: grpc.CallOptions): grpc.ClientDuplexStream<_promfleet_v1_AgentMessage, _promfleet_v1_ControllerMessage__Output>;
  connect(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_promfleet_v1_AgentMessage, _promfleet_v1_ControllerMessage__Output>;
  connect(options?: grpc.CallOptions): grpc.ClientDuplexStream<_promfleet_v1_AgentMessage, _promfleet_v1_ControllerMessage__Output>;
  
  FetchRelease(argument: _promfleet_v1_FetchReleaseRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_promfleet_v1_Chunk__Output>;
  FetchRelease(argument: _promfleet_v1_FetchReleaseRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_promfleet_v1_Chunk__Output>;
  fetchRelease(argument: _promfleet_v1_FetchReleaseRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_promfleet_v1_Chunk__Output>;
  fetchRelease(argument: _promfleet_v1_FetchReleaseRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_promfleet_v1_Chunk__Output>;
  
  RenewCertificate(argument: _promfleet_v1_RenewCertificateRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_promfleet_v1_Certificate__Output>): grpc.ClientUnaryCall;
  RenewCertificate(argument: _promfleet_v1_RenewCertificateRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_promfleet_v1_Certificate__Output>): grpc.ClientUnaryCall;
  RenewCertificate(argument: _promfleet_v1_RenewCertificateRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_promfleet_v1_Certificate__Output>): grpc.ClientUnaryCall;
  RenewCertificate(argument: _promfleet_v1_RenewCertificateRequest, callback: grpc.requestCallback<_promfleet_v1_Certificate__Output>): grpc.ClientUnaryCall;
  renewCertificate(argument: _promfleet_v1_RenewCertificateRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_promfleet_v1_Certificate__Output>): grpc.ClientUnaryCall;
  renewCertificate(argument: _promfleet_v1_RenewCertificateRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_promfleet_v1_Certificate__Output>): grpc.ClientUnaryCall;
  renewCertificate(argument: _promfleet_v1_RenewCertificateRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_promfleet_v1_Certificate__Output>): grpc.ClientUnaryCall;
  renewCertificate(argument: _promfleet_v1_RenewCertificateRequest, callback: grpc.requestCallback<_promfleet_v1_Certificate__Output>): grpc.ClientUnaryCall;
  
}

export interface SessionHandlers extends grpc.UntypedServiceImplementation {
  CertifyUnit: grpc.handleUnaryCall<_promfleet_v1_CertifyUnitRequest__Output, _promfleet_v1_Certificate>;
  
  Connect: grpc.handleBidiStreamingCall<_promfleet_v1_AgentMessage__Output, _promfleet_v1_ControllerMessage>;
  
  FetchRelease: grpc.handleServerStreamingCall<_promfleet_v1_FetchReleaseRequest__Output, _promfleet_v1_Chunk>;
  
  RenewCertificate: grpc.handleUnaryCall<_promfleet_v1_RenewCertificateRequest__Output, _promfleet_v1_Certificate>;
  
}

export interface SessionDefinition extends grpc.ServiceDefinition {
  CertifyUnit: MethodDefinition<_promfleet_v1_CertifyUnitRequest, _promfleet_v1_Certificate, _promfleet_v1_CertifyUnitRequest__Output, _promfleet_v1_Certificate__Output>
  Connect: MethodDefinition<_promfleet_v1_AgentMessage, _promfleet_v1_ControllerMessage, _promfleet_v1_AgentMessage__Output, _promfleet_v1_ControllerMessage__Output>
  FetchRelease: MethodDefinition<_promfleet_v1_FetchReleaseRequest, _promfleet_v1_Chunk, _promfleet_v1_FetchReleaseRequest__Output, _promfleet_v1_Chunk__Output>
  RenewCertificate: MethodDefinition<_promfleet_v1_RenewCertificateRequest, _promfleet_v1_Certificate, _promfleet_v1_RenewCertificateRequest__Output, _promfleet_v1_Certificate__Output>
}
