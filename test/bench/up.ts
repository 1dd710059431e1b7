import type { QuickStart } from '../support/quick-start.ts';
import type { Row } from './figures.ts';

/** The quick start from nothing to everything ready, releases from a local mirror; then the same command again. */
export async function benchUp(world: QuickStart): Promise<Row[]> {
  const timed = async () => {
    const began = performance.now();
    const { code, stdout, stderr } = await world.up();
    if (code !== 0) throw new Error(`promfleet up exited with ${code}\n${stdout}${stderr}`);
    return (performance.now() - began) / 1000;
  };
  const [first, again] = [await timed(), await timed()];
  return [
    {
      what: '`up` from nothing, releases on a local mirror',
      figure: `${first.toFixed(1)} s`,
      floor: '',
      goal: '≤ 90 s',
      met: first <= 90,
    },
    {
      what: '`up` again, nothing to do',
      figure: `${again.toFixed(1)} s`,
      floor: '',
      goal: 'about 2 s',
      met: again <= 2.5,
    },
  ];
}
