const ARCHES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

/** Of the machine that the controller runs on, as releases name it: programs for it can be run here. */
export const OWN_ARCH = ARCHES[process.arch] ?? process.arch;
