import { Fault } from '../../proto/fault.ts';
import { type Call, Reply } from './call.ts';
import type { HttpDeps } from './deps.ts';

/** One JSON object a line, `{"line": …}`; the last may be `{"error": …}`. */
export function tailLog(deps: HttpDeps, call: Call<unknown, { lines: number; follow: boolean }>): Reply {
  const { host = '', unit = '' } = call.params;
  const spec = deps.stores.specs.find(host);
  const report = deps.stores.reports.find(host);
  const known = [...(spec?.spec.units ?? []), ...(report?.report.units ?? [])].map((one) => one.name);
  if (!deps.stores.hosts.find(host)) {
    throw new Fault('not_found', `cannot read logs of ${unit}@${host}: no host of that name is enrolled`, {
      hint: 'run "promfleet hosts" to see them',
    });
  }
  if (!known.includes(unit)) {
    throw new Fault('not_found', `cannot read logs of ${unit}@${host}: there is no such unit`, {
      hint: known.length > 0 ? `it has ${[...new Set(known)].join(', ')}` : 'it has no units yet',
    });
  }
  if (!deps.sessions.online().has(host)) {
    throw new Fault('unavailable', `cannot read logs of ${unit}@${host}: its agent is not connected`, {
      hint: `on the host itself, "promfleet-agent status" says why`,
    });
  }
  return new Reply(200, { 'content-type': 'application/x-ndjson; charset=utf-8' }, async (write) => {
    const tail = deps.sessions.tailLog(host, { unit, ...call.query }, (lines) => {
      write(lines.map((line) => `${JSON.stringify({ line })}\n`).join(''));
    });
    const stop = () => tail.stop();
    call.gone.addEventListener('abort', stop, { once: true });
    try {
      await tail.done;
    } finally {
      call.gone.removeEventListener('abort', stop);
    }
  });
}
