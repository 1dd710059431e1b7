// Original file: proto/fleet/v1/spec.proto


export interface Tls {
  'names'?: (string)[];
  'scrapes'?: (boolean);
  'clients'?: (string)[];
}

export interface Tls__Output {
  'names': (string)[];
  'scrapes': (boolean);
  'clients': (string)[];
}
