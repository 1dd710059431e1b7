import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { Fault } from '../../proto/fault.ts';
import type { HostReport } from '../../proto/report.ts';
import type { Log } from '../log.ts';

const WRITE_AFTER_MS = 1_000;
const pathOf = (state: string): string => `${state}/report.json`;

interface Reports {
  readonly newest: HostReport | undefined;
  onChange(listener: () => void): () => void;
}

/** Keeps the newest report where `status` finds it. It is only for people: losing it in a power cut costs nothing. */
export function keepReportFile(state: string, reports: Reports, log: Log): Disposable {
  let timer: NodeJS.Timeout | undefined;
  const write = () => {
    timer = undefined;
    try {
      writeFileSync(`${pathOf(state)}.promfleet-new`, JSON.stringify(reports.newest), { mode: 0o600 });
      renameSync(`${pathOf(state)}.promfleet-new`, pathOf(state));
    } catch (error) {
      log.warn({ err: error }, 'cannot write the report file');
    }
  };
  const stop = reports.onChange(() => (timer ??= setTimeout(write, WRITE_AFTER_MS)));
  return {
    [Symbol.dispose]: () => {
      stop();
      clearTimeout(timer);
    },
  };
}

/** @throws Fault `not_found` where no agent ever ran. */
export function readReportFile(state: string): HostReport {
  try {
    return JSON.parse(readFileSync(pathOf(state), 'utf8')) as HostReport;
  } catch (error) {
    throw new Fault('not_found', `cannot tell the status: there is no report in ${state}`, {
      hint: 'has "promfleet-agent run" been started, with the same --home?',
      cause: error,
    });
  }
}
