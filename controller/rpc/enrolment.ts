import type { sendUnaryData } from '@grpc/grpc-js';
import { faultToStatus } from '../../proto/fault.ts';
import type { Enrolled as WireEnrolled } from '../../proto/gen/promfleet/v1/Enrolled.ts';
import type { EnrolmentHandlers } from '../../proto/gen/promfleet/v1/Enrolment.ts';
import type { Controllers } from '../../proto/message.ts';
import { readFacts } from '../../proto/report.ts';
import { type Enrolled, type EnrolmentDeps, enrolHost } from '../enrolment/enrol.ts';
import { renewLapsed } from '../enrolment/renew.ts';
import type { Log } from '../log.ts';
import { type Calls, logBug } from './calls.ts';
import { Door } from './door.ts';

export interface EnrolmentService {
  readonly enrolment: EnrolmentDeps;
  readonly controllers: () => Controllers & { readonly sessionPort: number };
  /** There is one more host: the fleet may resolve differently. */
  readonly inventoryChanged: () => void;
  readonly log: Log;
  readonly calls: Calls;
}

/** What someone without a certificate may ask for. */
export function enrolmentHandlers(service: EnrolmentService): EnrolmentHandlers {
  const { enrolment, calls } = service;
  const door = new Door();
  return {
    Enrol(call, answer) {
      const { request } = call;
      const { token, csrDer, name, atMs } = request;
      const enrol = async (): Promise<Enrolled> => {
        const enrolled = await enrolHost(enrolment, { token, csrDer, name, atMs, facts: readFacts(request.facts) });
        service.inventoryChanged();
        return enrolled;
      };
      calls.track(respond(service, door.pass(call.getPeer(), enrol), answer));
    },
    RenewLapsed(call, answer) {
      const renew = () => renewLapsed(enrolment, call.request);
      calls.track(respond(service, door.pass(call.getPeer(), renew), answer));
    },
  };
}

async function respond(service: EnrolmentService, asked: Promise<Enrolled>, answer: sendUnaryData<WireEnrolled>) {
  try {
    const { host, certificateDer, authorities } = await asked;
    const { sessions, enrolments, sessionPort } = service.controllers();
    const reached = { sessionPort, sessions: [...sessions], enrolments: [...enrolments] };
    answer(null, { host, certificateDer, caDer: [...authorities], ...reached });
  } catch (error) {
    logBug(service.log, error);
    answer(faultToStatus(error));
  }
}
