import { z } from 'zod';

/** What we read of a compose file, in all the forms that the versions of compose write; the rest is passed on. */

const portEntry = z.union([
  z.number(),
  z.string(),
  z.looseObject({ target: z.union([z.number(), z.string()]), protocol: z.string().optional() }),
]);

const volumeEntry = z.union([
  z.string(),
  z.looseObject({
    type: z.string(),
    source: z.string().optional(),
    target: z.string(),
    read_only: z.boolean().optional(),
  }),
]);

const dependencies = z.union([
  z.array(z.string()),
  z.record(z.string(), z.looseObject({ condition: z.string().optional() })),
]);

const service = z.looseObject({
  image: z.string().optional(),
  build: z.unknown().optional(),
  ports: z.array(portEntry).nullish(),
  expose: z.array(z.union([z.string(), z.number()])).nullish(),
  depends_on: dependencies.nullish(),
  volumes: z.array(volumeEntry).nullish(),
  networks: z
    .union([
      z.array(z.string()),
      z.record(z.string(), z.looseObject({ aliases: z.array(z.string()).nullish() }).nullable()),
    ])
    .nullish(),
  extra_hosts: z.union([z.array(z.string()), z.record(z.string(), z.unknown())]).nullish(),
  sysctls: z.union([z.array(z.string()), z.record(z.string(), z.unknown())]).nullish(),
  profiles: z.array(z.string()).nullish(),
  restart: z.string().nullish(),
  network_mode: z.string().nullish(),
  scale: z.number().nullish(),
  deploy: z
    .looseObject({
      replicas: z.number().nullish(),
      restart_policy: z.looseObject({ condition: z.string().nullish() }).nullish(),
    })
    .nullish(),
});
export type ComposeService = z.output<typeof service>;

const shared = z
  .record(
    z.string(),
    z.looseObject({ external: z.union([z.boolean(), z.looseObject({})]).nullish() }).nullable(),
  )
  .nullish();

export const composeModel = z.looseObject({
  services: z.record(z.string(), service),
  networks: shared,
  volumes: shared,
  secrets: shared,
  configs: shared,
});
export type ComposeModel = z.output<typeof composeModel>;
