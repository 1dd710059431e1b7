import { z } from 'zod';

const answer = z.object({
  data: z.object({
    activeTargets: z.array(
      z.object({ labels: z.record(z.string(), z.string()), scrapeUrl: z.string(), health: z.string() }),
    ),
  }),
});

/**
 * What a Prometheus says of its targets: instance → `scheme://address` of each that is scraped. One that is not up counts as another than
 * is wanted. Undefined when it says something else.
 */
export function targetsAsSaid(body: string): ReadonlyMap<string, readonly string[]> | undefined {
  const said = answer.safeParse(parse(body));
  if (!said.success) return undefined;
  const targets = new Map<string, string[]>();
  for (const { labels, scrapeUrl, health } of said.data.data.activeTargets) {
    const { protocol, host } = new URL(scrapeUrl);
    const instance = labels['instance'] ?? '';
    const url = `${protocol}//${host}`;
    targets.set(instance, [...(targets.get(instance) ?? []), health === 'up' ? url : `${url} ${health}`]);
  }
  return targets;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
