// Original file: proto/fleet/v1/session.proto


export interface Certificate {
  'certificateDer'?: (Buffer | Uint8Array | string);
  'caDer'?: (Buffer | Uint8Array | string)[];
}

export interface Certificate__Output {
  'certificateDer': (Buffer);
  'caDer': (Buffer)[];
}
