import type { FleetEvent } from '../../events/event.ts';
import { moment } from '../format.ts';
import type { PageState } from '../state.ts';

const SHOWN = 30;

/** What happened last, newest first. */
export function Events({ state }: { state: PageState }) {
  const events = state.events.value;
  const nowMs = state.nowMs.value;
  return (
    <section class="events" aria-labelledby="events-title">
      <h2 id="events-title">Events</h2>
      <div class="card">
        {events.length === 0 && <p class="empty">Nothing has happened yet.</p>}
        <ol>
          {keyed(events.slice(0, SHOWN)).map(([key, event]) => (
            <li key={key}>
              <time dateTime={new Date(event.at).toISOString()}>{moment(event.at, nowMs)}</time>
              <p>
                {placeOf(event) && <b>{placeOf(event)}</b>} {event.message || wordsOf(event.kind)}
              </p>
              <span class="kind quiet">{wordsOf(event.kind)}</span>
            </li>
          ))}
        </ol>
      </div>
    </section>
  );
}

/** Where it happened, unless the message says so itself. */
function placeOf({ host, unit, message }: FleetEvent): string {
  if (unit && host) return `${unit}@${host}`;
  return message.includes(host) ? '' : host;
}

/** `HostEnrolled` reads as `host enrolled`. */
const wordsOf = (kind: string): string => kind.replace(/(?<!^)([A-Z])/g, ' $1').toLowerCase();

/** The stream gives events no number: the same one said twice in a millisecond is told apart by its turn. */
function keyed(events: readonly FleetEvent[]): [string, FleetEvent][] {
  const seen = new Map<string, number>();
  return events
    .toReversed()
    .map((event): [string, FleetEvent] => {
      const name = `${event.at} ${event.kind} ${event.host} ${event.unit} ${event.message}`;
      seen.set(name, (seen.get(name) ?? 0) + 1);
      return [`${name} ${seen.get(name)}`, event];
    })
    .toReversed();
}
