import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import type { z } from 'zod';
import type { Access, Actor } from './access.ts';
import type { HttpDeps } from './deps.ts';

/** One request that may be answered: who asks, and what for, checked. */
export interface Call<Body = unknown, Query = unknown> {
  readonly actor: Actor;
  /** The variable parts of the path. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: Query;
  readonly body: Body;
  readonly request: IncomingMessage;
  /** Ends when the asker has gone. */
  readonly gone: AbortSignal;
}

/** Bytes that are read while they are sent, and no faster. */
export interface Streamed {
  readonly size: number;
  open(): Readable;
}

/** An answer that is not JSON. */
export class Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** A function writes the body piece by piece. */
  readonly body: string | Uint8Array | Streamed | ((write: (text: string) => void) => Promise<void>);
  constructor(status: number, headers: Readonly<Record<string, string>>, body: Reply['body']) {
    this.status = status;
    this.headers = headers;
    this.body = body;
  }
}

export interface Route {
  /** `METHOD /path/:with/:variables`; a last `*name` takes the rest of the path. */
  readonly on: string;
  readonly access: Access;
  readonly summary: string;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  readonly response?: z.ZodType;
  /** What the audit calls the thing acted upon, where the path does not say it. */
  readonly target?: (body: never) => string;
  /** What was done, as a refusal says it: `planning a fleet`. */
  readonly doing?: string;
  /** What the audit says came of it, where an answer may tell of failures. */
  readonly outcome?: (result: never) => string;
  readonly run: (deps: HttpDeps, call: Call<never, never>) => unknown;
}

/** Ties what a route is handed to its schemas: a handler that expects something else does not compile. */
export const route = <
  Body extends z.ZodType = z.ZodUndefined,
  Query extends z.ZodType = z.ZodUndefined,
  Response extends z.ZodType = z.ZodUnknown,
>(
  route: Omit<Route, 'run' | 'target'> & {
    query?: Query;
    body?: Body;
    response?: Response;
    target?: (body: z.output<Body>) => string;
    run: (
      deps: HttpDeps,
      call: Call<z.output<Body>, z.output<Query>>,
    ) => z.input<Response> | Reply | Promise<z.input<Response> | Reply>;
  },
): Route => route;
