// Original file: proto/fleet/v1/enrolment.proto


export interface RenewLapsedRequest {
  'csrDer'?: (Buffer | Uint8Array | string);
  'atMs'?: (number | string);
}

export interface RenewLapsedRequest__Output {
  'csrDer': (Buffer);
  'atMs': (number);
}
