// Original file: proto/fleet/v1/session.proto


export interface Operation {
  'id'?: (string);
  'verb'?: (string);
  'unit'?: (string);
  'acceptLoss'?: (boolean);
}

export interface Operation__Output {
  'id': (string);
  'verb': (string);
  'unit': (string);
  'acceptLoss': (boolean);
}
