import type { AgentSays } from '../../proto/message.ts';

/** What one host may cost: an agent that is well uses a small part of it. */
export const HOST_BOUNDS = {
  /** Of `costOf`: a session that says more is read more slowly, and so its agent has to wait. */
  messages: { burst: 1_000, perSecond: 100 },
  renewals: { burst: 10, perSecond: 0.1 },
  /** Two for each of its units, and again. */
  certificates: { burst: 1_024, perSecond: 1 },
  downloads: 16,
} as const;

/** What one address may try at the door. An attempt that succeeds costs nothing. */
export const STRANGER_BOUNDS = { attempts: { burst: 30, perSecond: 1 }, addresses: 10_000 } as const;

const BYTES = 64 * 1024;

/** A report is looked through and stored; the rest is handed on. */
export function costOf(says: AgentSays): number {
  switch (says.kind) {
    case 'report':
      return 4;
    case 'answer':
      return 1 + says.answer.body.length / BYTES;
    case 'logLines':
      return 1 + says.logLines.lines.reduce((sum, line) => sum + line.length, 0) / BYTES;
    case 'result':
    case 'unknown':
      return 1;
  }
}
