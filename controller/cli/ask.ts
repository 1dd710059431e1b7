import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';

/** Asks on one stream, reads the answer from another; what is hidden is not echoed. */
export const askOn =
  (input: NodeJS.ReadStream, output: NodeJS.WriteStream) =>
  async (question: string, options?: { hidden: boolean }): Promise<string> => {
    const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
    const isHidden = options?.hidden === true;
    if (isHidden) output.write(question);
    const reader = createInterface({ input, output: isHidden ? silent : output, terminal: input.isTTY });
    try {
      // A prompt that readline did not write itself is wiped when it draws the line.
      return await reader.question(isHidden ? '' : question);
    } finally {
      reader.close();
      if (isHidden) output.write('\n');
    }
  };

export async function readAll(input: NodeJS.ReadableStream): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of input) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}
