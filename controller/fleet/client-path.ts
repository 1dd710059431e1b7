/** Where `clients: [grafana]` finds the certificate of that client, in the folder. */
export const clientPath = (client: string): string => `access/${client}.crt`;
