import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';

/** Asks on one stream, reads the answer from another; what is hidden is not echoed. */
export const askOn =
  (input: NodeJS.ReadStream, output: NodeJS.WriteStream) =>
  async (question: string, options?: { hidden: boolean }): Promise<string> => {
    output.write(question);
    const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
    const reader = createInterface({ input, output: options?.hidden ? silent : output, terminal: input.isTTY });
    try {
      return await reader.question('');
    } finally {
      reader.close();
      if (options?.hidden) output.write('\n');
    }
  };

export async function readAll(input: NodeJS.ReadableStream): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of input) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}
