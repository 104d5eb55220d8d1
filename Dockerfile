# A node, a mining worker or any other command of poai: docker build --tag poai .
# The image runs the sources with exactly what package-lock.json names. It comes with the native engine, compiled and
# tested while the image is built, so it needs no compiler. Building it takes the base images and npm, nothing else.

FROM node:24-bookworm AS build
WORKDIR /opt/poai
COPY . .
# The explorer page is bundled with the tools of the build; the image has none of them.
RUN npm ci --ignore-scripts --no-audit --no-fund \
  && npx --no-install vite build packages/explorer \
  && npm ci --ignore-scripts --no-audit --no-fund --omit=dev --omit=optional
# Ends the build if the program misses one recorded bit.
RUN POAI_HOME=/tmp/home node packages/cli/bin/poai.mjs engine build \
  && mv /tmp/home/cache/engine /opt/poai-engine && chmod -R a+rX /opt/poai-engine \
  && rm -rf .dockerignore Dockerfile deploy docs examples scripts models/*/test packages/*/test

FROM node:24-bookworm-slim
COPY --from=build /opt/poai-engine /opt/poai-engine
COPY --from=build /opt/poai /opt/poai
COPY --chmod=0755 deploy/poai.sh /usr/local/bin/poai
RUN install --directory --owner=1000 --group=1000 --mode=0700 /var/lib/poai
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
