// Original file: proto/fleet/v1/session.proto


export interface Trust {
  'caDer'?: (Buffer | Uint8Array | string)[];
  'renew'?: (boolean);
}

export interface Trust__Output {
  'caDer': (Buffer)[];
  'renew': (boolean);
}
