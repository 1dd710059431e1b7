// Original file: proto/fleet/v1/session.proto


export interface Answer {
  'id'?: (string);
  'status'?: (number);
  'contentType'?: (string);
  'body'?: (Buffer | Uint8Array | string);
  'error'?: (string);
}

export interface Answer__Output {
  'id': (string);
  'status': (number);
  'contentType': (string);
  'body': (Buffer);
  'error': (string);
}
