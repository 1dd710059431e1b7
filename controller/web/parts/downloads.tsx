import { bytes } from '../format.ts';
import type { PageState } from '../state.ts';

/** What the controller is fetching right now. Nothing at all when it is not. */
export function Downloads({ state }: { state: PageState }) {
  const downloads = [...state.downloads.value.values()];
  if (downloads.length === 0) return null;
  return (
    <section class="downloads" aria-label="Downloads">
      {downloads.map(({ what, done, total }) => (
        <Bar key={what} what={`Fetching ${what}`} done={done} total={total} />
      ))}
    </section>
  );
}

/** A bar that knows no total moves without saying how far. */
export function Bar({ what, done, total }: { what: string; done: number; total: number }) {
  const known = total > 0 ? { value: Math.min(done, total), max: total } : {};
  const amount = total > 0 ? `${bytes(done)} of ${bytes(total)}` : done > 0 ? bytes(done) : '';
  return (
    <label class="bar">
      <span class="what">{what}</span>
      <span class="amount">{amount}</span>
      <progress {...known} />
    </label>
  );
}
