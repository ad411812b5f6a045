# One image for every part of Ordeal: `worker` (the default), `dashboard`, `enqueue FILE`, ...
# The same Node as the package `node` in pnpm-workspace.yaml, and the same pnpm as in package.json.
ARG NODE_VERSION=26.10.0

FROM node:${NODE_VERSION}-bookworm-slim AS installed
WORKDIR /ordeal
ENV CI=true
# The lock file alone decides what is fetched: a change of code fetches nothing again.
COPY pnpm-lock.yaml pnpm-workspace.yaml ./
RUN npx -y pnpm@12.21.0 fetch --prod
COPY . .
RUN npx -y pnpm@12.21.0 install --offline --frozen-lockfile --prod

FROM node:${NODE_VERSION}-bookworm-slim
ENV NODE_ENV=production \
    ORDEAL_HOME=/var/lib/ordeal/home
RUN install -d -o node -g node /var/lib/ordeal
COPY --from=installed /ordeal /ordeal
WORKDIR /ordeal
# Instances of the process runtime, guards and their journals: a volume of each container's own, never shared.
VOLUME /var/lib/ordeal
USER node
# Node itself, so that signals reach it: a package manager in between would swallow them.
ENTRYPOINT ["node", "apps/cli/src/main.ts"]
CMD ["worker"]
