import { buffer } from 'node:stream/consumers';
import type { Platform } from '../../controller/downloads/manifest.ts';
import { tarOf } from '../../controller/releases/pack.ts';
import { nodePackage, readNodeFiles } from './node-package.ts';
import { stripElf } from './strip-elf.ts';

/** Node of exactly the locked version, without its symbols, and its licence. */
export async function runtimeTar(platform: Platform): Promise<Buffer> {
  const { program, licence } = await readNodeFiles(nodePackage(platform));
  return buffer(
    tarOf([
      { source: stripElf(program), to: 'node', executable: true },
      { source: licence, to: 'LICENSE', executable: false },
    ]),
  );
}
