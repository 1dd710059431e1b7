import { buildProgram, runProgram } from '../../controller/cli/main.ts';
import { type Terminal, terminalOn } from '../../controller/cli/terminal.ts';

export interface Typed {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface Typing {
  readonly env?: Readonly<Record<string, string>>;
  /** What is answered to questions, in order; none, and nobody is there. */
  readonly answers?: readonly string[];
  readonly input?: string;
}

/** A verb as it runs in a pipe 100 columns wide. */
export async function typeCommand(
  argv: readonly string[],
  { env = {}, answers, input = '' }: Typing = {},
): Promise<Typed> {
  const said = { out: '', err: '' };
  const left = [...(answers ?? [])];
  const terminal = (name: 'out' | 'err'): Terminal =>
    terminalOn(
      {
        columns: 100,
        write(text: string | Uint8Array) {
          said[name] += String(text);
          return true;
        },
      },
      {},
    );
  const cli = {
    version: '0.1.0',
    env,
    user: 'ada',
    out: terminal('out'),
    err: terminal('err'),
    now: Date.now,
    isInteractive: answers !== undefined,
    ask(question: string) {
      said.err += question;
      return Promise.resolve(left.shift() ?? '');
    },
    readInput: () => Promise.resolve(input),
    exitCode: 0,
  };
  const code = await runProgram(buildProgram(cli), cli, argv);
  return { code, ...said };
}
