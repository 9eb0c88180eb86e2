# sly-agent: the agent, and without SLY_PLATFORM_URL the embedded platform too.
#
#   docker build -t sly-agent .
#   docker run -v /var/run/docker.sock:/var/run/docker.sock -v /data:/data -p 127.0.0.1:7575:7575 sly-agent
#
# Stage 1 compiles with all packages, stage 2 keeps what runs. Install scripts of packages do not run:
# better-sqlite3 ships its binary inside the package.
FROM node:24-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
COPY tsconfig.json tsconfig.build.json ./
COPY scripts scripts
COPY bin bin
COPY src src
COPY plugins plugins
COPY web web
RUN node scripts/build.mjs && npm prune --omit=dev --ignore-scripts --no-audit --no-fund --loglevel=error

FROM node:24-bookworm-slim
LABEL org.opencontainers.image.title="sly-agent" \
      org.opencontainers.image.description="Datasets in and out of a labelling platform"
ENV NODE_ENV=production \
    SLY_DATA=/data \
    SLY_LISTEN=0.0.0.0:7575 \
    SLY_PUBLIC_URL=http://127.0.0.1:7575 \
    SLY_LOG_FORMAT=json
WORKDIR /opt/sly-agent
COPY --from=build /build/package.json ./
COPY --from=build /build/node_modules node_modules
COPY --from=build /build/bin bin
COPY --from=build /build/dist dist
RUN ln -s /opt/sly-agent/bin/sly-agent.js /usr/local/bin/sly-agent
VOLUME /data
EXPOSE 7575
# Whoever may use the Docker socket is root on the host anyway; so this container runs as root and the plugins'
# containers, which see foreign data, do not. Without the socket run it with --user and --runner sandbox.
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:7575/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "/opt/sly-agent/dist/src/main.js"]
CMD ["run"]
