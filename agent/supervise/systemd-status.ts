import { constants } from 'node:os';

/** What systemd says of one unit. */
export interface SystemdStatus {
  readonly loadState: string;
  readonly activeState: string;
  readonly subState: string;
  readonly mainPid: number;
  /** Restarts by systemd itself since the last start by anyone else. */
  readonly restarts: number;
  readonly restartUsec: number;
  readonly fragmentPath: string;
  readonly controlGroup: string;
}

export const STATUS_PROPERTIES =
  'Id,LoadState,ActiveState,SubState,MainPID,NRestarts,RestartUSec,RestartUSecNext,FragmentPath,ControlGroup';

/** Reads the answer of `systemctl show`: one block per unit. */
export function readSystemdStatus(answer: string): Map<string, SystemdStatus> {
  const blocks = answer.split('\n\n').map((block) => new Map(block.split('\n').map(splitProperty)));
  return new Map(blocks.filter((block) => block.has('Id')).map((block) => [unitName(block), readBlock(block)]));
}

const unitName = (block: Map<string, string>): string => (block.get('Id') ?? '').replace(/\.service$/, '');

function splitProperty(line: string): [string, string] {
  const at = line.indexOf('=');
  return [line.slice(0, at), line.slice(at + 1)];
}

function readBlock(block: Map<string, string>): SystemdStatus {
  const text = (name: string) => block.get(name) ?? '';
  return {
    loadState: text('LoadState'),
    activeState: text('ActiveState'),
    subState: text('SubState'),
    mainPid: Number(text('MainPID')),
    restarts: Number(text('NRestarts')),
    restartUsec: readTimeSpan(text('RestartUSecNext') || text('RestartUSec')),
    fragmentPath: text('FragmentPath'),
    controlGroup: text('ControlGroup'),
  };
}

const UNIT_USEC: Record<string, number> = { us: 1, ms: 1e3, s: 1e6, min: 60e6, h: 3600e6 };

/** `1min 30s`, as systemd prints spans. */
function readTimeSpan(text: string): number {
  return text
    .split(' ')
    .map((part) => /^([\d.]+)(\D+)$/.exec(part))
    .reduce((sum, match) => sum + Number(match?.[1] ?? 0) * (UNIT_USEC[match?.[2] ?? ''] ?? 0), 0);
}

/** Reads the journal's entry of a main process that exited. */
export function readExitEntry(entry: string): string {
  try {
    const { EXIT_CODE, EXIT_STATUS } = JSON.parse(entry) as { EXIT_CODE: string; EXIT_STATUS: string };
    if (EXIT_CODE === 'exited') return `exited with code ${EXIT_STATUS}`;
    const [name] = Object.entries(constants.signals).find(([, number]) => number === Number(EXIT_STATUS)) ?? [];
    return `killed by ${name ?? `signal ${EXIT_STATUS}`}`;
  } catch {
    return 'exited, code unknown';
  }
}
