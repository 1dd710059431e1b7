// Original file: proto/fleet/v1/session.proto


export interface CertifyUnitRequest {
  'unit'?: (string);
  'use'?: (string);
  'csrDer'?: (Buffer | Uint8Array | string);
}

export interface CertifyUnitRequest__Output {
  'unit': (string);
  'use': (string);
  'csrDer': (Buffer);
}
