/** What went wrong, for machines. Both daemons, the HTTP API and the CLI use these and no others. */
export const FAULT_CODES = ['invalid', 'denied', 'not_found', 'conflict', 'unavailable', 'internal'] as const;
export type FaultCode = (typeof FAULT_CODES)[number];

/** One of several things wrong with what was handed in, at a place in a file where there is one. Lines and columns count from 1. */
export interface Finding {
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  readonly message: string;
  readonly hint?: string;
}

/** An error someone can act on. Anything else that is thrown is a bug, and is reported as `internal`. */
export class Fault extends Error {
  override readonly name = 'Fault';
  readonly code: FaultCode;
  readonly hint: string | undefined;
  readonly findings: readonly Finding[];
  constructor(
    code: FaultCode,
    message: string,
    options: { hint?: string | undefined; cause?: unknown; findings?: readonly Finding[] } = {},
  ) {
    super(message, { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.findings = options.findings ?? [];
  }
}

/** gRPC status numbers, written out so that pure code needs no gRPC library (google.rpc.Code). */
const GRPC_STATUS: Record<FaultCode, number> = {
  invalid: 3,
  not_found: 5,
  denied: 7,
  conflict: 9,
  internal: 13,
  unavailable: 14,
};

export function faultToStatus(error: unknown): { code: number; details: string } {
  const fault = error instanceof Fault ? error : new Fault('internal', 'internal error');
  return {
    code: GRPC_STATUS[fault.code],
    details: JSON.stringify({ code: fault.code, message: fault.message, hint: fault.hint }),
  };
}

/** Reads back what `faultToStatus` wrote. A status that no fault made (a broken connection) is `unavailable`. */
export function statusToFault(status: { code?: number; details?: string; message?: string }): Fault {
  try {
    const wire = JSON.parse(status.details ?? '') as { code: FaultCode; message: string; hint?: string };
    if (FAULT_CODES.includes(wire.code)) return new Fault(wire.code, wire.message, { hint: wire.hint });
  } catch {
    // Not ours: fall through.
  }
  return new Fault('unavailable', status.details || status.message || 'no answer', { cause: status });
}

/** What to show a person of anything that was thrown. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The same on one line with what to do about it. */
export const adviceOf = (error: unknown): string =>
  error instanceof Fault && error.hint ? `${error.message}; ${error.hint}` : messageOf(error);
