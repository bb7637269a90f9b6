// Webhooks the way Shopify's own library takes them, with one insert; two processes.
//
//   node server.js PORT        reads BENCH_DATABASE, BENCH_SECRET

import cluster from "node:cluster";
import { DeliveryMethod } from "@shopify/shopify-api";
import { shopifyApp } from "@shopify/shopify-app-express";
import { MemorySessionStorage } from "@shopify/shopify-app-session-storage-memory";
import express from "express";
import pg from "pg";

const PROCESSES = 2;
const CONNECTIONS = 4; // of each process to the database, as many as gunicorn has threads

function serve() {
  const pool = new pg.Pool({ connectionString: process.env.BENCH_DATABASE, max: CONNECTIONS });
  const shopify = shopifyApp({
    api: {
      apiKey: "bench-client",
      apiSecretKey: process.env.BENCH_SECRET,
      apiVersion: "2026-10",
      scopes: ["read_orders"],
      hostName: "sluice.example.com",
      isEmbeddedApp: true,
      logger: { level: 0 },
    },
    auth: { path: "/auth", callbackPath: "/auth/callback" },
    webhooks: { path: "/webhooks/shopify" },
    sessionStorage: new MemorySessionStorage(),
  });
  const keep = async (topic, _shop, body, webhookId) => {
    await pool.query({
      name: "keep",
      text: "insert into delivery values ($1, $2, $3)",
      values: [webhookId, topic, Buffer.from(body)],
    });
  };
  const handlers = {
    ORDERS_CREATE: {
      deliveryMethod: DeliveryMethod.Http,
      callbackUrl: "/webhooks/shopify",
      callback: keep,
    },
  };
  const app = express();
  app.post("/webhooks/shopify", ...[shopify.processWebhooks({ webhookHandlers: handlers })].flat());
  app.listen(Number(process.argv[2]), "127.0.0.1");
}

if (cluster.isPrimary) {
  for (let each = 0; each < PROCESSES; each += 1) cluster.fork();
} else {
  serve();
}
