import type { ComponentChildren } from 'preact';
import { duration, timeOfDay } from '../format.ts';
import type { Reason } from '../reasons.ts';
import { type Link, type PageState, verdictOf } from '../state.ts';
import type { Tone } from '../tone.ts';
import type { Verdict } from '../verdict.ts';
import { Icon, SHAPE_OF_TONE, type Shape } from './icon.tsx';

const REASONS_SHOWN = 6;

/** The fleet in one glance: is it as it should be, and if not, what is not and why. */
export function VerdictBand({ state }: { state: PageState }) {
  const link = state.link.value;
  const verdict = verdictOf(state);
  if (link.kind === 'live') {
    return (
      <Band
        tone={verdict.tone}
        shape={SHAPE_OF_TONE[verdict.tone]}
        headline={verdict.headline}
        figures={verdict.figures}
      >
        <Reasons reasons={verdict.reasons} />
      </Band>
    );
  }
  if (!state.controller.value) {
    if (link.kind === 'connecting') return <Band tone="busy" shape="half" headline="Connecting to the controller …" />;
    return <Band tone="bad" shape="unknown" headline="The controller does not answer" />;
  }
  return (
    <Band tone="bad" shape="unknown" headline="The controller does not answer" figures={verdict.figures}>
      <p class="lost">{explainLoss(link, state.nowMs.value)}</p>
      <p class="lost quiet">Last known: {verdict.headline}.</p>
    </Band>
  );
}

function explainLoss(link: Link, nowMs: number): string {
  if (link.kind !== 'lost') return 'Connecting again …';
  const since = `${timeOfDay(link.sinceMs)}, ${duration(nowMs - link.sinceMs)} ago`;
  return `Everything below is as of ${since}. Agents keep their hosts as they should be without it; this page tries again by itself.`;
}

interface BandProps {
  readonly tone: Tone;
  readonly shape: Shape;
  readonly headline: string;
  readonly figures?: Verdict['figures'];
  readonly children?: ComponentChildren;
}

const Band = ({ tone, shape, headline, figures, children }: BandProps) => (
  <section class={`verdict tone-${tone}`} aria-label="Verdict">
    <Icon shape={shape} />
    <div class="words">
      <h2 class="headline">{headline}</h2>
      {children}
    </div>
    {figures && <Figures figures={figures} />}
  </section>
);

function Reasons({ reasons }: { reasons: readonly Reason[] }) {
  if (reasons.length === 0) return null;
  const left = reasons.length - REASONS_SHOWN;
  return (
    <ul class="reasons">
      {reasons.slice(0, REASONS_SHOWN).map((reason) => (
        <li key={`${reason.where} ${reason.text}`} class={`tone-${reason.tone}`}>
          <Icon shape={SHAPE_OF_TONE[reason.tone]} />
          <p>
            {reason.where && <b>{reason.where}</b>} {reason.text} {reason.command && <code>{reason.command}</code>}
          </p>
        </li>
      ))}
      {left > 0 && <li class="quiet">and {left} more, below</li>}
    </ul>
  );
}

const Figures = ({ figures }: { figures: Verdict['figures'] }) => (
  <dl class="figures">
    {figures.map(({ name, value, tone }) => (
      <div key={name} class={`tone-${tone}`}>
        <dt>{name}</dt>
        <dd>{value}</dd>
      </div>
    ))}
  </dl>
);
