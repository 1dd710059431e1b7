const words = (text: string): string[] => text.trim().split(/\s+/);

/** Keys of a scrape config, and of what it may hold for HTTP, TLS and relabelling. */
export const SCRAPE_KEYS: readonly string[] = words(`
  job_name honor_labels honor_timestamps track_timestamps_staleness params scrape_interval scrape_timeout scrape_protocols
  scrape_fallback_protocol scrape_classic_histograms always_scrape_classic_histograms convert_classic_histograms_to_nhcb
  scrape_native_histograms metrics_path scheme enable_compression body_size_limit sample_limit label_limit
  label_name_length_limit label_value_length_limit target_limit native_histogram_bucket_limit
  native_histogram_min_bucket_factor keep_dropped_targets metric_name_validation_scheme metric_name_escaping_scheme
  relabel_configs metric_relabel_configs static_configs file_sd_configs scrape_failure_log_file
  basic_auth authorization oauth2 bearer_token bearer_token_file tls_config proxy_url no_proxy proxy_from_environment
  proxy_connect_header follow_redirects enable_http2 http_headers
`);

/**
 * Keys of native configuration and rules, for a hint beside what the tools say: what is none is theirs to decide, and a key
 * that is missing here only goes without one.
 */
export const NATIVE_KEYS: readonly string[] = [
  ...SCRAPE_KEYS,
  ...words(`
    global evaluation_interval rule_query_offset query_log_file external_labels runtime
    rule_files scrape_config_files scrape_configs alerting alertmanagers alert_relabel_configs
    remote_write remote_read storage tsdb exemplars out_of_order_time_window tracing otlp
    targets labels files refresh_interval
    source_labels separator regex modulus target_label replacement action
    username username_file password password_file type credentials credentials_file
    ca ca_file cert cert_file key key_file server_name insecure_skip_verify min_version max_version
    url remote_timeout headers write_relabel_configs name send_exemplars send_native_histograms queue_config metadata_config
    read_recent required_matchers path_prefix api_version timeout
    groups interval limit query_offset partial_response_strategy rules record alert expr for keep_firing_for annotations
  `),
];
