FROM node:24-slim AS build
WORKDIR /app
# The manifests alone first: the layer with the packages is rebuilt only when they change.
COPY package.json package-lock.json .npmrc ./
COPY apps/api/package.json apps/api/
COPY apps/console/package.json apps/console/
COPY libs/cache/package.json libs/cache/
COPY libs/cache-postgres/package.json libs/cache-postgres/
RUN npm ci --no-audit --no-fund
COPY . .
# The compiler stays as what Swagger could use of it, which only its command line does.
RUN npm run build && npm prune --omit=dev --no-audit --no-fund && rm -r node_modules/typescript

FROM node:24-slim
# Inside a container the loopback interface is reachable from the container alone.
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 DATA_DIR=/data
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist/server dist/server
COPY --from=build /app/dist/console dist/console
RUN mkdir /data dist/server/compiled && chown node:node /data dist/server/compiled
# docker compose run --rm api admin create --email …
RUN printf '#!/bin/sh\nexec node --enable-source-maps /app/dist/server/admin.js "$@"\n' \
  > /usr/local/bin/admin && chmod 755 /usr/local/bin/admin
# MIGRATE=off: docker compose run --rm api migrate
RUN printf '#!/bin/sh\nexec node --enable-source-maps /app/dist/server/migrate.js "$@"\n' \
  > /usr/local/bin/migrate && chmod 755 /usr/local/bin/migrate
RUN printf '#!/bin/sh\nexec node --enable-source-maps /app/dist/server/doctor.js "$@"\n' \
  > /usr/local/bin/doctor && chmod 755 /usr/local/bin/doctor
USER node
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health/live`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--enable-source-maps", "dist/server/main.js"]
