import { loadPackageDefinition } from '@grpc/grpc-js';
import { fromJSON } from '@grpc/proto-loader';
import type { ProtoGrpcType as EnrolmentTypes } from './gen/enrolment.ts';
import schema from './gen/schema.json' with { type: 'json' };
import type { ProtoGrpcType as SessionTypes } from './gen/session.ts';

// The one option set that the types in gen/ were generated with.
const definition = fromJSON(schema as Parameters<typeof fromJSON>[0], {
  longs: Number,
  enums: String,
  defaults: true,
  oneofs: true,
});

/** The two services as gRPC client constructors and service definitions. */
export const services = (loadPackageDefinition(definition) as unknown as SessionTypes & EnrolmentTypes).promfleet.v1;

/** A host spec carries whole config files: more than gRPC's default of 4 MiB. */
export const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;
