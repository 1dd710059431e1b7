export interface DocumentedCommand {
  readonly command: string;
  /** From a comment such as `# exits 2: …`; 0 when it says nothing. */
  readonly exits: number;
}

/** Every command line in the ```sh blocks of a document, in order. */
export function commandsOf(markdown: string): DocumentedCommand[] {
  return [...markdown.matchAll(/^```sh\n(.*?)^```/gms)]
    .flatMap((block) => (block[1] as string).split('\n'))
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => ({
      command: line.replace(/\s+#.*$/, ''),
      exits: Number(/#\s+exits (\d+):/.exec(line)?.[1] ?? 0),
    }));
}
