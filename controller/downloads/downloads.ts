import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Fault } from '../../proto/fault.ts';
import { type InstallValues, renderInstallScript } from './install-script.ts';
import { type Manifest, manifest, type Packed } from './manifest.ts';

export interface InstallScript {
  readonly text: string;
  readonly sha256: string;
}

export interface Download {
  readonly path: string;
  readonly packed: Packed;
}

/** What hosts fetch before they are enrolled: the installer, and what it installs. Read anew each time: it may be built anew meanwhile. */
export class Downloads {
  readonly #directory: string;
  readonly #template: string;
  readonly #values: () => InstallValues;

  constructor(directory: string, template: string, values: () => InstallValues) {
    this.#directory = directory;
    this.#template = template;
    this.#values = values;
  }

  /** @throws Fault `unavailable` where they were not built. */
  script(): InstallScript {
    const text = renderInstallScript(this.#read(this.#template), this.#values(), this.#manifest());
    return { text, sha256: createHash('sha256').update(text).digest('hex') };
  }

  /** @throws Fault `not_found` for what the manifest does not name, whatever the name. */
  find(file: string): Download {
    const packed = this.#manifest()
      .downloads.flatMap(({ files }) => files)
      .find((one) => one.file === file);
    if (packed) return { path: join(this.#directory, packed.file), packed };
    throw new Fault('not_found', `cannot serve ${file}: it is none of the downloads that this controller has`, {
      hint: 'if it was upgraded meanwhile, fetch /install.sh anew',
    });
  }

  #manifest(): Manifest {
    return manifest.parse(JSON.parse(this.#read(join(this.#directory, 'manifest.json'))));
  }

  #read(path: string): string {
    try {
      return readFileSync(path, 'utf8');
    } catch (error) {
      throw new Fault('unavailable', 'cannot serve the agent: its downloads were not built', {
        hint: 'run "npm run build" in the folder of this controller; it need not be started again',
        cause: error,
      });
    }
  }
}
