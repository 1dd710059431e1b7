// Original file: proto/fleet/v1/spec.proto


export interface File {
  'path'?: (string);
  'content'?: (Buffer | Uint8Array | string);
  'live'?: (boolean);
  'secret'?: (string);
}

export interface File__Output {
  'path': (string);
  'content': (Buffer);
  'live': (boolean);
  'secret': (string);
}
