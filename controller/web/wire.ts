import type { TargetsView } from '../http/prometheus.ts';

// What the operator API says, as far as this page reads it: types alone, nothing of the controller is bundled.

export type { LiveMessage } from '../http/live.ts';
export type { PrometheusView } from '../http/prometheus.ts';
export type { HostView, StatusView, UnitView } from '../http/views.ts';
export type TargetView = TargetsView['targets'][number];
