# The image of every Verity process; ROLES says which one a container is.
FROM node:20-bookworm-slim AS manifests
WORKDIR /app
ENV NG_CLI_ANALYTICS=false PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1
# Manifests first: packages are installed again only when these change.
COPY package.json package-lock.json .npmrc ./
COPY backend/protocol/package.json backend/protocol/
COPY backend/domain/package.json backend/domain/
COPY backend/adapters/package.json backend/adapters/
COPY backend/server/package.json backend/server/
COPY backend/collector/package.json backend/collector/
COPY backend/verify/package.json backend/verify/
COPY jobs/package.json jobs/
COPY contracts/package.json contracts/
COPY frontend/package.json frontend/

# What the programs import at run time. The embedded MongoDB engine is not among it: a container
# is given a server.
FROM manifests AS packages
RUN npm ci --omit=dev --workspace backend/server --workspace backend/adapters --workspace jobs

FROM manifests AS build
RUN npm ci
COPY . .
RUN npm run build

FROM node:20-bookworm-slim
WORKDIR /app
ENV NODE_ENV=production DATA_DIR=/data \
    CLIENT_DIR=/app/dist/client/browser COLLECTOR_FILE=/app/dist/collector.js \
    VERIFIER_DIR=/app/dist/verify
RUN mkdir /data && chown node:node /data && chmod 700 /data
COPY --from=packages /app/node_modules ./node_modules
COPY --from=build /app/package.json ./
COPY --from=build /app/dist ./dist
USER node
VOLUME /data
EXPOSE 5000
CMD ["node", "--enable-source-maps", "dist/server/main.mjs"]
