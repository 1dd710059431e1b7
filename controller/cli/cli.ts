import type { Command } from 'commander';
import { stringify } from 'yaml';
import type { Client } from './client.ts';
import { type Terminal, writeLines } from './terminal.ts';

/** What every verb is given: where it was typed, and by whom. */
export interface Cli {
  readonly version: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** As the audit names whoever types. */
  readonly user: string;
  readonly out: Terminal;
  readonly err: Terminal;
  readonly now: () => number;
  /** Somebody is there to answer questions. */
  readonly isInteractive: boolean;
  ask(question: string, options?: { hidden: boolean }): Promise<string>;
  /** All of what is piped in. */
  readInput(): Promise<string>;
  exitCode: number;
}

export interface GlobalOptions {
  readonly output: 'table' | 'json' | 'yaml';
  readonly context?: string;
  readonly socket?: string;
}

/** One run of a verb. */
export interface Run<Options> {
  readonly cli: Cli;
  readonly args: readonly string[];
  readonly options: Options & GlobalOptions;
  /** Opens the controller that the options, the environment or the current context name. */
  readonly connect: () => Promise<Client>;
  /** As a table for people, or whole as JSON or YAML. */
  readonly print: (value: unknown, lines: (width: number) => readonly string[]) => void;
}

/** Makes a commander action of what a verb does. What it returns is the exit code. */
export const verb =
  <Options>(cli: Cli, open: OpenClient, run: (run: Run<Options>) => Promise<number | void> | number | void) =>
  async (...given: unknown[]): Promise<void> => {
    const command = given.at(-1) as Command;
    const options = command.optsWithGlobals() as Options & GlobalOptions;
    const code = await run({
      cli,
      args: command.args,
      options,
      connect: () => open(cli, options),
      print: (value, lines) => print(cli.out, options.output, value, lines),
    });
    if (typeof code === 'number') cli.exitCode = code;
  };

export type OpenClient = (cli: Cli, options: GlobalOptions) => Promise<Client>;

function print(
  out: Terminal,
  format: GlobalOptions['output'],
  value: unknown,
  lines: (width: number) => readonly string[],
): void {
  if (format === 'json') out.write(`${JSON.stringify(value, null, 2)}\n`);
  else if (format === 'yaml') out.write(stringify(JSON.parse(JSON.stringify(value))));
  else writeLines(out, lines(out.width));
}

export const example = (...lines: string[]): string =>
  `\nExample${lines.length > 1 ? 's' : ''}:\n${lines.map((line) => `  ${line}\n`).join('')}`;
