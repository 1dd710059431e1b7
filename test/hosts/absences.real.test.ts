import { test } from 'vitest';
import { ABSENCES, Absences } from './absences.ts';
import { describeLab, labOf } from './lab-host.ts';

// A short share of `npm run absences`, which takes ten minutes for each.
const MINUTES = 0.5;

describeLab('an absence', () => {
  test('of the cable, the controller, 29 days: no unit restarts, no scrape is missing', {
    timeout: 900_000,
  }, async () => {
    await using absences = await Absences.open(labOf(0));
    for (const absence of ABSENCES) await absences.play(absence, MINUTES);
  });
});
