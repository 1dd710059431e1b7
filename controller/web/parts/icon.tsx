import type { UnitState } from '../../../proto/report.ts';
import type { Tone } from '../tone.ts';

/** Every state has a shape of its own, so that nobody needs to tell colours apart. 16 × 16, drawn in the text's colour. */
const SHAPES = {
  tick: 'M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1Zm3.2 4.6L7 9.8 4.8 7.6 3.7 8.7 7 12l5.3-5.3Z',
  cross:
    'M5.1 1h5.8L15 5.1v5.8L10.9 15H5.1L1 10.9V5.1ZM5.5 4.4 4.4 5.5 6.9 8l-2.5 2.5 1.1 1.1L8 9.1l2.5 2.5 1.1-1.1L9.1 8l2.5-2.5-1.1-1.1L8 6.9Z',
  warning: 'M8 1.2 15.4 14.4H.6Zm-.8 4.6.2 4.4h1.2l.2-4.4Zm.8 5.2a.9.9 0 1 0 0 1.8.9.9 0 0 0 0-1.8Z',
  square: 'M3 3h10v10H3Z',
  hollow: 'M3 3h10v10H3Zm1.7 1.7v6.6h6.6V4.7Z',
  ring: 'M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1Zm0 1.8a5.2 5.2 0 1 0 0 10.4A5.2 5.2 0 0 0 8 2.8Z',
  half: 'M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1Zm0 1.8v10.4A5.2 5.2 0 0 0 8 2.8Z',
  down: 'M7.1 1h1.8v6.6l2.5-2.4 1.2 1.2L8 11 3.4 6.4l1.2-1.2 2.5 2.4ZM2 13.2h12V15H2Z',
  again: 'M8 2a6 6 0 0 1 4.6 2.1L14 2.7V7H9.7l1.7-1.6A4.3 4.3 0 1 0 12.2 9H14a6 6 0 1 1-6-7Z',
  unknown:
    'M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1Zm0 2.6c-1.6 0-2.6.9-2.7 2.4h1.5c.1-.7.5-1.1 1.2-1.1s1.1.4 1.1 1c0 1.1-1.9 1.2-1.9 3.2h1.5c0-1.5 2-1.5 2-3.3 0-1.3-1.1-2.2-2.7-2.2Zm-.1 6.6a.9.9 0 1 0 0 1.8.9.9 0 0 0 0-1.8Z',
} as const;
export type Shape = keyof typeof SHAPES;

export const SHAPE_OF_STATE: Record<UnitState, Shape> = {
  absent: 'ring',
  installing: 'down',
  starting: 'half',
  ready: 'tick',
  unhealthy: 'warning',
  backoff: 'again',
  failed: 'cross',
  stopping: 'hollow',
  stopped: 'square',
};

export const SHAPE_OF_TONE: Record<Tone, Shape> = {
  good: 'tick',
  rest: 'square',
  busy: 'half',
  warn: 'warning',
  bad: 'cross',
};

/** Always beside a word that says the same: a screen reader is told nothing twice. */
export const Icon = ({ shape }: { shape: Shape }) => (
  <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
    <path fill-rule="evenodd" d={SHAPES[shape]} />
  </svg>
);
