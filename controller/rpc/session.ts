import type { sendUnaryData } from '@grpc/grpc-js';
import { faultToStatus } from '../../proto/fault.ts';
import type { Certificate } from '../../proto/gen/promfleet/v1/Certificate.ts';
import type { SessionHandlers } from '../../proto/gen/promfleet/v1/Session.ts';
import type { EnrolmentDeps } from '../enrolment/enrol.ts';
import { renewCertificate } from '../enrolment/renew.ts';
import type { Log } from '../log.ts';
import type { Sessions } from '../sessions/sessions.ts';
import type { Stores } from '../store/stores.ts';
import { type Calls, logBug } from './calls.ts';
import { Duplex } from './duplex.ts';
import { sendRelease } from './fetch-release.ts';
import { hostOfPeer } from './peer.ts';

export interface SessionService {
  readonly stores: Stores;
  readonly sessions: Sessions;
  readonly enrolment: EnrolmentDeps;
  readonly archivePath: (sha256: string) => string | Promise<string>;
  readonly log: Log;
  readonly calls: Calls;
}

/** What an enrolled agent may ask for. Who it is says its certificate, on every call; nothing that it sends can say otherwise. */
export function sessionHandlers(service: SessionService): SessionHandlers {
  const { stores, log, calls } = service;
  return {
    Connect: (call) => calls.track(hold(service, call)),
    FetchRelease(call) {
      const { sha256, offset } = call.request;
      const send = async (): Promise<void> => {
        try {
          const host = hostOfPeer(call, stores.hosts);
          await sendRelease(call, stores.specs.find(host.name)?.spec, { sha256, offset }, service.archivePath);
        } catch (error) {
          if (call.cancelled) return;
          logBug(log, error);
          call.emit('error', faultToStatus(error));
        }
      };
      calls.track(send());
    },
    RenewCertificate: (call, answer) => calls.track(renew(service, call, call.request.csrDer, answer)),
  };
}

async function hold(
  { stores, sessions, log }: SessionService,
  call: Parameters<SessionHandlers['Connect']>[0],
): Promise<void> {
  const link = new Duplex(call);
  try {
    const session = sessions.open(hostOfPeer(call, stores.hosts).name, link);
    try {
      for await (const says of link.heard()) session.hear(says);
      link.end();
    } finally {
      session.closed();
    }
  } catch (error) {
    logBug(log, error);
    link.end(error);
  }
}

async function renew(
  { stores, enrolment, log }: SessionService,
  call: Parameters<typeof hostOfPeer>[0],
  csrDer: Uint8Array,
  answer: sendUnaryData<Certificate>,
): Promise<void> {
  try {
    const { certificateDer, authorities } = await renewCertificate(
      enrolment,
      hostOfPeer(call, stores.hosts).name,
      csrDer,
    );
    answer(null, { certificateDer, caDer: [...authorities] });
  } catch (error) {
    logBug(log, error);
    answer(faultToStatus(error));
  }
}
