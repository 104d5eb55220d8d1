# A node, a mining worker or any other command of poai: docker build --tag poai .
# The image has the tarballs that users install, Node 24, and a C compiler, with which a node makes its native engine.

FROM node:24-bookworm-slim AS build
WORKDIR /src
COPY . .
# The tools of the build are optional packages, too: nothing is left out here. The image has none of it.
RUN npm ci --ignore-scripts --no-audit --no-fund && npm run build -- --pack /tarballs

FROM node:24-bookworm-slim AS install
COPY --from=build /tarballs /tarballs
# The Node 24 that comes along is for machines with an older one.
RUN npm install --global --ignore-scripts --no-audit --no-fund /tarballs/*.tgz \
  && rm -rf /usr/local/lib/node_modules/@poai/cli/node_modules/node-linux-*

FROM node:24-bookworm-slim
RUN apt-get update \
  && apt-get install --yes --no-install-recommends gcc libc6-dev \
  && rm -rf /var/lib/apt/lists/*
COPY --from=install /usr/local/lib/node_modules/@poai /usr/local/lib/node_modules/@poai
RUN ln -s ../lib/node_modules/@poai/cli/bin/poai.mjs /usr/local/bin/poai \
  && install --directory --owner=1000 --group=1000 --mode=0700 /var/lib/poai
ENV POAI_HOME=/var/lib/poai
# The user `node` of the base image, by number, so that Kubernetes sees that it is not root.
USER 1000:1000
WORKDIR /var/lib/poai
VOLUME /var/lib/poai
# Peers, JSON-RPC and the explorer page, metrics and health.
EXPOSE 30404 8545 9464
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "--eval", "fetch('http://127.0.0.1:9464/health').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# SIGTERM stops a node in order; it takes about a second, and 20 at most.
STOPSIGNAL SIGTERM
ENTRYPOINT ["poai"]
CMD ["node", "--metrics-port", "9464", "--log-format", "json"]
