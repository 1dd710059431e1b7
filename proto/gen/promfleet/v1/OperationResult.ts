// Original file: proto/fleet/v1/session.proto


export interface OperationResult {
  'id'?: (string);
  'ok'?: (boolean);
  'message'?: (string);
}

export interface OperationResult__Output {
  'id': (string);
  'ok': (boolean);
  'message': (string);
}
