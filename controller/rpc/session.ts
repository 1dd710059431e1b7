import { setTimeout as sleep } from 'node:timers/promises';
import type { sendUnaryData } from '@grpc/grpc-js';
import { Fault, faultToStatus } from '../../proto/fault.ts';
import type { Certificate } from '../../proto/gen/promfleet/v1/Certificate.ts';
import type { SessionHandlers } from '../../proto/gen/promfleet/v1/Session.ts';
import type { ControllerSays } from '../../proto/message.ts';
import { Allowance, Allowances } from '../allowance.ts';
import { certifyUnit } from '../enrolment/certify-unit.ts';
import type { EnrolmentDeps } from '../enrolment/enrol.ts';
import { renewCertificate } from '../enrolment/renew.ts';
import type { Log } from '../log.ts';
import type { Sessions } from '../sessions/sessions.ts';
import type { HostRow } from '../store/hosts.ts';
import type { Stores } from '../store/stores.ts';
import { costOf, HOST_BOUNDS } from './bounds.ts';
import { type Calls, logBug } from './calls.ts';
import { Duplex } from './duplex.ts';
import { sendRelease } from './fetch-release.ts';
import { addressOfPeer, certificateOfPeer, hostOfPeer } from './peer.ts';

const MOST_HOSTS = 100_000;

export interface SessionService {
  readonly stores: Stores;
  readonly sessions: Sessions;
  readonly enrolment: EnrolmentDeps;
  readonly fill: (host: string, says: ControllerSays) => ControllerSays | undefined;
  readonly archivePath: (sha256: string) => string | Promise<string>;
  readonly log: Log;
  readonly calls: Calls;
}

/** What an enrolled agent may ask for. Who it is says its certificate, on every call; nothing that it sends can say otherwise. */
export function sessionHandlers(service: SessionService): SessionHandlers {
  const { stores, log, calls } = service;
  const downloads = new Map<string, number>();
  const { renewals, certificates } = HOST_BOUNDS;
  const allowed = new Allowances(renewals.burst, renewals.perSecond, MOST_HOSTS);
  const certified = new Allowances(certificates.burst, certificates.perSecond, MOST_HOSTS);
  return {
    Connect: (call) => calls.track(hold(service, call)),
    FetchRelease(call) {
      const { sha256, offset } = call.request;
      const send = async (): Promise<void> => {
        try {
          const { name } = hostOfPeer(call, stores.hosts);
          using _ = oneDownload(downloads, name);
          await sendRelease(call, stores.specs.find(name)?.spec, { sha256, offset }, service.archivePath);
        } catch (error) {
          if (call.cancelled) return;
          logBug(log, error);
          call.emit('error', faultToStatus(error));
        }
      };
      calls.track(send());
    },
    RenewCertificate: (call, answer) => calls.track(renew(service, allowed, call, answer)),
    CertifyUnit: (call, answer) => calls.track(certify(service, certified, call, answer)),
  };
}

function oneDownload(open: Map<string, number>, host: string): Disposable {
  const count = open.get(host) ?? 0;
  if (count >= HOST_BOUNDS.downloads) {
    throw new Fault('unavailable', `cannot fetch more at once: ${host} has ${count} downloads under way`);
  }
  open.set(host, count + 1);
  return { [Symbol.dispose]: () => void open.set(host, (open.get(host) ?? 1) - 1) };
}

async function hold(
  { stores, sessions, enrolment, fill, log }: SessionService,
  call: Parameters<SessionHandlers['Connect']>[0],
): Promise<void> {
  const link = new Duplex(call);
  const { messages } = HOST_BOUNDS;
  const pace = new Allowance(messages.burst, messages.perSecond, performance.now());
  try {
    const host = hostOfPeer(call, stores.hosts);
    believeShown(stores, host, enrolment.authority.issuerOf(certificateOfPeer(call)));
    const session = sessions.open(host.name, {
      say(says) {
        const filled = fill(host.name, says);
        if (filled) link.say(filled);
      },
      end: (fault) => link.end(fault),
    });
    try {
      for await (const says of link.heard()) {
        session.hear(says);
        const waitMs = pace.owe(costOf(says), performance.now());
        if (waitMs > 0) await sleep(waitMs);
      }
      link.end();
    } finally {
      session.closed();
    }
  } catch (error) {
    logBug(log, error);
    link.end(error);
  }
}

/**
 * Issued is not received: power may have been cut before the host had the new certificate on disk. What it shows is what it has, and it is
 * told to renew anew. Otherwise the old root would be retired under it.
 */
function believeShown({ hosts }: Stores, { name, certificateAuthority }: HostRow, issuer: string): void {
  if (issuer !== certificateAuthority) hosts.update(name, { certificateAuthority: issuer });
}

async function renew(
  { stores, enrolment, log }: SessionService,
  allowed: Allowances,
  call: Parameters<SessionHandlers['RenewCertificate']>[0],
  answer: sendUnaryData<Certificate>,
): Promise<void> {
  try {
    const { name } = hostOfPeer(call, stores.hosts);
    notTooOften(allowed, name, `cannot renew the certificate of ${name}: it was renewed again and again just now`);
    const { certificateDer, authorities } = await renewCertificate(enrolment, name, call.request.csrDer);
    answer(null, { certificateDer, caDer: [...authorities] });
  } catch (error) {
    logBug(log, error);
    answer(faultToStatus(error));
  }
}

async function certify(
  { stores, enrolment, log }: SessionService,
  allowed: Allowances,
  call: Parameters<SessionHandlers['CertifyUnit']>[0],
  answer: sendUnaryData<Certificate>,
): Promise<void> {
  try {
    const { name } = hostOfPeer(call, stores.hosts);
    notTooOften(allowed, name, `cannot certify units of ${name}: it asked again and again just now`);
    const { der } = await certifyUnit({ stores, authority: enrolment.authority }, name, {
      ...call.request,
      from: addressOfPeer(call),
    });
    answer(null, { certificateDer: der, caDer: [] });
  } catch (error) {
    logBug(log, error);
    answer(faultToStatus(error));
  }
}

function notTooOften(allowed: Allowances, host: string, otherwise: string): void {
  const now = performance.now();
  if (!allowed.of(host, now).take(now)) throw new Fault('unavailable', otherwise);
}
