// Original file: proto/fleet/v1/session.proto


export interface RenewCertificateRequest {
  'csrDer'?: (Buffer | Uint8Array | string);
}

export interface RenewCertificateRequest__Output {
  'csrDer': (Buffer);
}
