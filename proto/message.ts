import { Fault } from './fault.ts';
import type { AgentMessage__Output, AgentMessage as WireAgentMessage } from './gen/promfleet/v1/AgentMessage.ts';
import type {
  ControllerMessage__Output,
  ControllerMessage as WireControllerMessage,
} from './gen/promfleet/v1/ControllerMessage.ts';
import { type HostReport, readHostReport, writeHostReport } from './report.ts';
import { type HostSpec, readHostSpec, writeHostSpec } from './spec.ts';

export interface Operation {
  readonly id: string;
  readonly verb: string;
  readonly unit: string;
  /** Stop it although what it holds can't be saved. */
  readonly acceptLoss: boolean;
}
export interface LogTail {
  readonly id: string;
  readonly unit: string;
  readonly lines: number;
  readonly follow: boolean;
}
export interface Ask {
  readonly id: string;
  readonly unit: string;
  readonly port: number;
  readonly path: string;
  readonly tls?: boolean;
}

/** Authorities (DER) of what units serve and scrape with: of those of two kinds, none stands for the other, nor for a host's own. */
export interface TlsAuthorities {
  /** What scrapers trust. */
  readonly endpoints: readonly Uint8Array[];
  /** What endpoints trust. */
  readonly scrapers: readonly Uint8Array[];
  /** Which of those sign now: not the newest before everyone trusts it. */
  readonly signer: number;
}

/** `host:port` of all that a controller is reached at. */
export interface Controllers {
  readonly sessions: readonly string[];
  readonly enrolments: readonly string[];
}

/** What a controller may say. The generated type leaves every arm optional; inside the agent there is exactly one. */
export type ControllerSays =
  | { kind: 'spec'; spec: HostSpec }
  | { kind: 'operation'; operation: Operation }
  | { kind: 'logTail'; tail: LogTail }
  | { kind: 'logTailEnd'; id: string }
  | { kind: 'ask'; ask: Ask }
  | { kind: 'trust'; authorities: readonly Uint8Array[]; renew: boolean; tls: TlsAuthorities }
  | { kind: 'controllers'; controllers: Controllers }
  /** From a newer controller: not understood, and harmless. */
  | { kind: 'unknown' };

export interface OperationResult {
  readonly id: string;
  readonly ok: boolean;
  readonly message: string;
}
export interface LogLines {
  readonly id: string;
  readonly lines: readonly string[];
  readonly end: boolean;
  readonly error: string;
}
export interface Answer {
  readonly id: string;
  /** 0: no answer came, see `error`. */
  readonly status: number;
  readonly contentType: string;
  readonly body: Uint8Array;
  readonly error: string;
}

/** What an agent may say. */
export type AgentSays =
  | { kind: 'report'; report: HostReport }
  | { kind: 'result'; result: OperationResult }
  | { kind: 'logLines'; logLines: LogLines }
  | { kind: 'answer'; answer: Answer }
  | { kind: 'unknown' };

export function readControllerMessage(wire: ControllerMessage__Output): ControllerSays {
  if (wire.spec) return { kind: 'spec', spec: readHostSpec(wire.spec) };
  if (wire.operation) return { kind: 'operation', operation: wire.operation };
  if (wire.logTail) return { kind: 'logTail', tail: wire.logTail };
  if (wire.logTailEnd) return { kind: 'logTailEnd', id: wire.logTailEnd.id };
  if (wire.ask) return { kind: 'ask', ask: wire.ask };
  if (wire.trust) {
    const {
      caDer: authorities,
      renew,
      endpointCaDer: endpoints,
      scraperCaDer: scrapers,
      tlsSigner: signer,
    } = wire.trust;
    return { kind: 'trust', authorities, renew, tls: { endpoints, scrapers, signer } };
  }
  if (wire.controllers) return { kind: 'controllers', controllers: wire.controllers };
  return { kind: 'unknown' };
}

export function writeControllerMessage(says: ControllerSays): WireControllerMessage {
  switch (says.kind) {
    case 'spec':
      return { spec: writeHostSpec(says.spec) };
    case 'operation':
      return { operation: says.operation };
    case 'logTail':
      return { logTail: says.tail };
    case 'logTailEnd':
      return { logTailEnd: { id: says.id } };
    case 'ask':
      return { ask: says.ask };
    case 'trust': {
      const { endpoints, scrapers, signer } = says.tls;
      const trust = { caDer: buffers(says.authorities), renew: says.renew };
      const tls = { endpointCaDer: buffers(endpoints), scraperCaDer: buffers(scrapers), tlsSigner: signer };
      return { trust: { ...trust, ...tls } };
    }
    case 'controllers': {
      const { sessions, enrolments } = says.controllers;
      return { controllers: { sessions: [...sessions], enrolments: [...enrolments] } };
    }
    case 'unknown':
      throw new Fault('internal', 'cannot send a message of no kind');
  }
}

const buffers = (ders: readonly Uint8Array[]): Buffer[] => ders.map((der) => Buffer.from(der));

export function readAgentMessage(wire: AgentMessage__Output): AgentSays {
  if (wire.report) return { kind: 'report', report: readHostReport(wire.report) };
  if (wire.result) return { kind: 'result', result: wire.result };
  if (wire.logLines) return { kind: 'logLines', logLines: wire.logLines };
  if (wire.answer) return { kind: 'answer', answer: wire.answer };
  return { kind: 'unknown' };
}

export function writeAgentMessage(says: AgentSays): WireAgentMessage {
  switch (says.kind) {
    case 'report':
      return { report: writeHostReport(says.report) };
    case 'result':
      return { result: says.result };
    case 'logLines':
      return { logLines: { ...says.logLines, lines: [...says.logLines.lines] } };
    case 'answer':
      return { answer: { ...says.answer, body: Buffer.from(says.answer.body) } };
    case 'unknown':
      throw new Fault('internal', 'cannot send a message of no kind');
  }
}
