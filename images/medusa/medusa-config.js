// What Medusa is told of the shop: nothing of it but the dashboard's address is known when the image is built.
const { defineConfig } = require("@medusajs/framework/utils");
const settings = require("./lib/settings");

const redis = settings.redisUrl;
const withRedis = [
  { resolve: "@medusajs/medusa/event-bus-redis", options: { redisUrl: redis } },
  { resolve: "@medusajs/medusa/workflow-engine-redis", options: { redis: { redisUrl: redis } } },
  {
    resolve: "@medusajs/medusa/caching",
    options: {
      providers: [
        { resolve: "@medusajs/medusa/caching-redis", id: "redis", is_default: true, options: { redisUrl: redis } },
      ],
    },
  },
  {
    resolve: "@medusajs/medusa/locking",
    options: {
      providers: [
        { resolve: "@medusajs/medusa/locking-redis", id: "redis", is_default: true, options: { redisUrl: redis } },
      ],
    },
  },
];

const files = {
  resolve: "@medusajs/medusa/file",
  options: {
    providers: [
      {
        resolve: "@medusajs/medusa/file-local",
        id: "local",
        // What is exported for the owner, such as orders, is nothing that visitors could be served.
        options: { upload_dir: "static", private_upload_dir: "private", backend_url: `${settings.url}/static` },
      },
    ],
  },
};

const feed = {
  resolve: "@medusajs/medusa/notification-local",
  id: "local",
  options: { name: "Local Notification Provider", channels: ["feed"] },
};
const mail = { resolve: require.resolve("./lib/mail"), id: "smtp", options: { channels: ["email"] } };
const notifications = {
  resolve: "@medusajs/medusa/notification",
  options: { providers: settings.mail ? [feed, mail] : [feed] },
};

module.exports = defineConfig({
  projectConfig: {
    databaseUrl: settings.databaseUrl,
    redisUrl: redis,
    workerMode: "shared",
    // Over http the browser would not keep a cookie that is for https alone; the ingress says by which the visitor came.
    cookieOptions: { secure: "auto", sameSite: "lax" },
    http: {
      storeCors: settings.origins,
      adminCors: settings.url,
      authCors: settings.origins,
      jwtSecret: settings.secret("jwt-secret"),
      cookieSecret: settings.secret("cookie-secret"),
    },
  },
  // The dashboard asks the host that it came from, so one build serves every shop.
  admin: { backendUrl: "/" },
  modules: [files, notifications, ...(redis ? withRedis : [])],
});
