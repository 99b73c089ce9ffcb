# The bot as an image; compose.yaml runs it. docs/operating.md says how.
FROM node:24-slim AS install
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Scripts would only fetch the Node that the image already has.
RUN npm ci --omit=dev --ignore-scripts

FROM node:24-slim
WORKDIR /app
COPY --from=install /app/node_modules ./node_modules
COPY package.json ./
COPY src ./src
RUN mkdir -m 700 /data && chown node:node /data
USER node
VOLUME ["/data"]
ENV DATABASE_URL=sqlite:/data/inbox-bot.db HOST=0.0.0.0 PORT=3000
EXPOSE 3000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Without npm or a shell between, so that SIGTERM reaches the bot.
CMD ["node", "--max-semi-space-size=16", "--preserve-symlinks", "src/main.ts"]
