import type { z } from 'zod';
import { Fault } from '../../proto/fault.ts';
import { type Call, Reply } from './call.ts';
import type { HttpDeps } from './deps.ts';
import type { targetsAsked } from './schemas.ts';

/** For `http_sd_configs` of a Prometheus elsewhere: it keeps what it has when this is no 200. */
export function serveTargets({ fleet }: HttpDeps, { query }: Call<unknown, z.output<typeof targetsAsked>>): Reply {
  const { exporter, job } = query;
  if ((exporter === undefined) === (job === undefined)) {
    throw new Fault('invalid', 'cannot tell any targets: name one thing', {
      hint: 'add ?exporter=NAME or ?job=NAME',
    });
  }
  const targets = fleet.targets(exporter === undefined ? { job: job ?? '' } : { exporter });
  return new Reply(200, { 'content-type': 'application/json; charset=utf-8' }, targets);
}
