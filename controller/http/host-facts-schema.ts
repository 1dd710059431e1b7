import { z } from 'zod';

const text = z.string();
const whole = z.int().nonnegative();
const texts = z.array(text).readonly();

/** What the host's own agent.yaml allows; left out is what it does not narrow. */
const narrowing = z
  .object({
    units: texts.optional(),
    runAsUsers: texts.optional(),
    writableDirectories: texts.optional(),
    dataDirectory: text,
    ports: texts.optional(),
    capabilities: texts.optional(),
    releaseDigests: texts.optional(),
    unitMemoryBytes: whole,
    scripts: z.boolean(),
    logs: z.boolean(),
    queries: z.boolean(),
    commands: z.boolean(),
  })
  .readonly();
export const hostFacts = z
  .object({
    hostname: text,
    machineId: text,
    bootId: text,
    os: text,
    kernel: text,
    arch: text,
    cpus: whole,
    memoryBytes: whole,
    address: text,
    supervisor: text,
    virtualisation: text,
    addresses: texts,
    ownAddress: text,
    narrowing: narrowing.optional(),
  })
  .readonly();
