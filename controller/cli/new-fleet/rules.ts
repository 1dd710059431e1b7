/** Rules that hold for any fleet, each with what it means to whoever is woken by it. */

export const HOST_RULES = `groups:
  - name: host
    rules:
      - record: instance:node_cpu_utilisation:ratio_rate5m
        expr: 1 - avg by (job, instance) (rate(node_cpu_seconds_total{mode="idle"}[5m]))
      - alert: TargetDown
        expr: up == 0
        for: 5m
        labels: { severity: critical }
        annotations:
          summary: '{{ $labels.job }} on {{ $labels.instance }} does not answer'
      - alert: HostDiskWillFill
        expr: |
          node_filesystem_avail_bytes{fstype!~"tmpfs|overlay|squashfs|ramfs"}
            / node_filesystem_size_bytes{fstype!~"tmpfs|overlay|squashfs|ramfs"} < 0.4
          and predict_linear(node_filesystem_avail_bytes{fstype!~"tmpfs|overlay|squashfs|ramfs"}[6h], 24 * 3600) < 0
          and node_filesystem_readonly{fstype!~"tmpfs|overlay|squashfs|ramfs"} == 0
        for: 1h
        labels: { severity: warning }
        annotations:
          summary: '{{ $labels.mountpoint }} on {{ $labels.instance }} fills within a day at this rate'
      - alert: HostDiskAlmostFull
        expr: |
          node_filesystem_avail_bytes{fstype!~"tmpfs|overlay|squashfs|ramfs"}
            / node_filesystem_size_bytes{fstype!~"tmpfs|overlay|squashfs|ramfs"} < 0.05
          and node_filesystem_readonly{fstype!~"tmpfs|overlay|squashfs|ramfs"} == 0
        for: 15m
        labels: { severity: critical }
        annotations:
          summary: '{{ $labels.mountpoint }} on {{ $labels.instance }} has {{ $value | humanizePercentage }} free'
      - alert: HostInodesAlmostGone
        expr: |
          node_filesystem_files_free{fstype!~"tmpfs|overlay|squashfs|ramfs"}
            / node_filesystem_files{fstype!~"tmpfs|overlay|squashfs|ramfs"} < 0.05
          and node_filesystem_readonly{fstype!~"tmpfs|overlay|squashfs|ramfs"} == 0
        for: 15m
        labels: { severity: critical }
        annotations:
          summary: '{{ $labels.mountpoint }} on {{ $labels.instance }} can hold hardly any more files'
      - alert: HostOutOfMemory
        expr: node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes < 0.05
        for: 15m
        labels: { severity: warning }
        annotations:
          summary: '{{ $labels.instance }} has {{ $value | humanizePercentage }} of its memory available'
      - alert: HostKilledForMemory
        expr: increase(node_vmstat_oom_kill[10m]) > 0
        labels: { severity: warning }
        annotations:
          summary: 'the kernel of {{ $labels.instance }} killed a process for lack of memory'
      - alert: HostClockSkewed
        expr: |
          (node_timex_offset_seconds > 0.05 and deriv(node_timex_offset_seconds[5m]) >= 0)
          or (node_timex_offset_seconds < -0.05 and deriv(node_timex_offset_seconds[5m]) <= 0)
        for: 10m
        labels: { severity: warning }
        annotations:
          summary: 'the clock of {{ $labels.instance }} is off and does not get better'
`;

export const PROMETHEUS_RULES = `groups:
  - name: prometheus
    rules:
      - alert: Watchdog          # always fires: its silence tells that alerting is broken
        expr: vector(1)
        labels: { severity: none }
        annotations:
          summary: 'alerts get from Prometheus to their receivers'
      - alert: PrometheusConfigNotLoaded
        expr: prometheus_config_last_reload_successful == 0
        for: 5m
        labels: { severity: critical }
        annotations:
          summary: '{{ $labels.instance }} runs with an older configuration than it was given'
      - alert: PrometheusRulesFail
        expr: sum without (rule_group) (increase(prometheus_rule_evaluation_failures_total[5m])) > 0
        for: 15m
        labels: { severity: critical }
        annotations:
          summary: 'rules of {{ $labels.instance }} can’t be evaluated'
      - alert: PrometheusAlertsNotSent
        expr: sum without (alertmanager) (increase(prometheus_notifications_errors_total[5m])) > 0
        for: 15m
        labels: { severity: critical }
        annotations:
          summary: '{{ $labels.instance }} can’t send alerts to an Alertmanager'
      - alert: PrometheusDropsSamples
        expr: |
          increase(prometheus_target_scrapes_sample_duplicate_timestamp_total[5m]) > 0
          or increase(prometheus_target_scrapes_sample_out_of_order_total[5m]) > 0
        for: 15m
        labels: { severity: warning }
        annotations:
          summary: '{{ $labels.instance }} drops samples: two targets may yield the same series'
`;

export const ALERTMANAGER_RULES = `groups:
  - name: alertmanager
    rules:
      - alert: AlertmanagerConfigNotLoaded
        expr: alertmanager_config_last_reload_successful == 0
        for: 5m
        labels: { severity: critical }
        annotations:
          summary: '{{ $labels.instance }} runs with an older configuration than it was given'
      - alert: AlertmanagerCannotNotify
        expr: |
          sum by (job, instance, integration) (rate(alertmanager_notifications_failed_total[5m]))
            / sum by (job, instance, integration) (rate(alertmanager_notifications_total[5m])) > 0.01
        for: 5m
        labels: { severity: critical }
        annotations:
          summary: '{{ $labels.instance }} fails to notify by {{ $labels.integration }}'
`;
