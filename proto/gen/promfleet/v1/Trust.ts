// Original file: proto/fleet/v1/session.proto


export interface Trust {
  'caDer'?: (Buffer | Uint8Array | string)[];
  'renew'?: (boolean);
  'endpointCaDer'?: (Buffer | Uint8Array | string)[];
  'scraperCaDer'?: (Buffer | Uint8Array | string)[];
  'tlsSigner'?: (number);
}

export interface Trust__Output {
  'caDer': (Buffer)[];
  'renew': (boolean);
  'endpointCaDer': (Buffer)[];
  'scraperCaDer': (Buffer)[];
  'tlsSigner': (number);
}
