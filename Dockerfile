# onpatient as a container: not root, and with a root file system that may be read-only. What it writes is below
# /var/lib/onpatient. docs/operate/deploy.md goes through it.
FROM node:24-trixie-slim AS build
WORKDIR /opt/onpatient
COPY . .
# With the tools that build the portal; then without them. The link to the Node of the lock file is made anew, since npm 10 takes it away.
RUN npm ci --no-audit --no-fund \
    && npm prune --omit=dev --ignore-scripts --no-audit --no-fund \
    && node tools/link-node.js \
    && rm -rf node_modules/node-linux-*/include node_modules/node-linux-*/share

FROM debian:trixie-slim
# pg_dump and pg_restore make the backups of a PostgreSQL database, of up to this version.
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates postgresql-client \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --home-dir /var/lib/onpatient --shell /usr/sbin/nologin onpatient \
    && install -d -o onpatient -g onpatient -m 0700 /var/lib/onpatient
WORKDIR /opt/onpatient
COPY --from=build /opt/onpatient/package.json ./
COPY --from=build /opt/onpatient/node_modules ./node_modules
COPY --from=build /opt/onpatient/fhir ./fhir
COPY --from=build /opt/onpatient/samples ./samples
COPY --from=build /opt/onpatient/server ./server
COPY --from=build /opt/onpatient/portal/dist ./portal/dist
# The port of the container is reached by the proxy in front alone: do not publish it.
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8000 DATABASE_URL=sqlite:/var/lib/onpatient/onpatient.db
ENV PATH=/opt/onpatient/node_modules/.bin:$PATH
USER onpatient
VOLUME /var/lib/onpatient
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=120s --retries=3 \
    CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/readyz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "server/cli/onpatient.js"]
CMD ["serve"]
