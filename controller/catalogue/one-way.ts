/** A step between two versions that can't simply be taken back. Versions are from the first on and below the second. */
export interface OneWay {
  readonly component: string;
  readonly from: readonly [string, string | undefined];
  readonly to: readonly [string, string | undefined];
  /** Only for units that are started with it. */
  readonly withWord?: string;
  readonly message: string;
  readonly hint: string;
}

export const ONE_WAY: readonly OneWay[] = [
  {
    component: 'prometheus',
    from: ['2.0.0', '2.55.0'],
    to: ['3.0.0', undefined],
    message: 'Prometheus supports no way back from 3 below 2.55 without losing data',
    hint: 'step through 2.55 first, where a way back is supported, or take a snapshot',
  },
  {
    component: 'prometheus',
    from: ['3.0.0', undefined],
    to: ['0.0.0', '2.55.0'],
    message: 'going back below 2.55 is not supported: what only 3 can write is not seen, and nothing says so',
    hint: 'go back to 2.55 at most, or take a snapshot first',
  },
  {
    component: 'prometheus',
    from: ['2.46.0', undefined],
    to: ['0.0.0', '2.46.0'],
    withWord: 'wal-compression-type=zstd',
    message: 'its log is compressed by zstd, which the older one reads as nothing at all, with no error',
    hint: 'run it without that flag for three hours first',
  },
  {
    component: 'prometheus',
    from: ['2.40.0', undefined],
    to: ['0.0.0', '2.40.0'],
    withWord: 'native-histograms',
    message: 'the older one can’t read native histograms',
    hint: 'stay at 2.40 or newer, or take a snapshot first',
  },
  {
    component: 'prometheus',
    from: ['3.11.0', undefined],
    to: ['0.0.0', undefined],
    withWord: 'xor2-encoding',
    message: 'any other version may fail on every query of what was written with xor2-encoding',
    hint: 'leave the feature out until those blocks are gone',
  },
  {
    component: 'prometheus',
    from: ['3.11.0', undefined],
    to: ['0.0.0', '3.11.0'],
    withWord: 'st-storage',
    message: 'the older one skips the records of st-storage in its log, with no error',
    hint: 'run it without that feature for three hours first',
  },
  {
    component: 'alertmanager',
    from: ['0.27.0', undefined],
    to: ['0.0.0', '0.27.0'],
    message: 'the older one refuses matchers with UTF-8 names, and serves the API v1 that is gone in newer ones',
    hint: 'check its configuration with the older amtool, which a plan does',
  },
  {
    component: 'alertmanager',
    from: ['0.32.0', '0.32.3'],
    to: ['0.0.0', '0.32.0'],
    message: 'silences that 0.32.0 to 0.32.2 saved can’t be read by older ones',
    hint: 'go to 0.32.3 first',
  },
  {
    component: 'alertmanager',
    from: ['0.33.0', '0.33.1'],
    to: ['0.0.0', '0.32.0'],
    message: 'silences that 0.33.0 saved can’t be read by older ones',
    hint: 'go to 0.33.1 first',
  },
];
