/**
 * What every rival shares: settings from its environment, the statement behind a miss, and what a
 * production service has around its routes (`FULL=1`): access log, request ids, security headers
 * and metrics, each as its package documents it. `ETAG=1` adds Fastify's plugin for validators, which answers
 * `If-None-Match` with 304.
 */
import { createSecretKey, randomUUID } from 'node:crypto';
import cors from '@fastify/cors';
import etag from '@fastify/etag';
import helmet from '@fastify/helmet';
import { LogController } from 'fastify';
import { Pool } from 'pg';
import { collectDefaultMetrics, Histogram, Registry } from 'prom-client';

const { env } = process;

export const listenAt = { host: env.HOST, port: Number(env.PORT) };
export const redisUrl = env.REDIS_URL;
export const body = env.BODY;

/** A key object: of a text, jsonwebtoken tries at each request whether it is a public key. */
export const verification = {
  key: createSecretKey(Buffer.from(env.JWT_SECRET)),
  options: { algorithms: ['HS256'], issuer: 'gad-api', audience: 'gad' },
};

const full = env.FULL === '1';

/** Options of Fastify. */
export const fastifyOptions = full
  ? {
      logger: true,
      logController: new LogController({ disableRequestLogging: true }),
      genReqId: ({ headers }) => headers['x-request-id'] ?? randomUUID(),
    }
  : {};

/** Adds what a production service has around its routes, and validators where they are asked for. */
export async function furnish(fastify) {
  if (env.ETAG === '1') await fastify.register(etag, { weak: true });
  if (!full) return;
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const seconds = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time to answer HTTP requests',
    labelNames: ['method', 'route', 'status'],
    registers: [registry],
  });
  fastify.addHook('onSend', (request, reply, payload, done) => {
    reply.header('x-request-id', request.id);
    done(null, payload);
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    const { method, url, routeOptions } = request;
    const status = reply.statusCode;
    seconds.observe({ method, route: routeOptions.url, status }, reply.elapsedTime / 1_000);
    request.log.info({ method, url, status, ms: reply.elapsedTime });
    done();
  });
  await fastify.register(helmet);
  await fastify.register(cors, { origin: false });
}

const pool = new Pool({ connectionString: env.DATABASE_URL });

const STATISTICS = `
  select u.id as user_id, count(t.estado)::int as total_tareas,
    (count(*) filter (where t.estado = 'finalizada'))::int as completadas,
    (count(*) filter (where t.estado = 'en_curso'))::int as en_progreso,
    (count(*) filter (where t.estado = 'programada'))::int as programadas,
    (count(*) filter (where t.estado = 'pausada'))::int as pausadas,
    (count(*) filter (where t.estado = 'cancelada'))::int as canceladas,
    round(coalesce(avg(extract(epoch from t.fin_real - t.inicio_real) / 3600)
      filter (where t.estado = 'finalizada'), 0), 2)::float8 as promedio_duracion_horas,
    round(count(t.estado)::numeric / $2::int, 2)::float8 as productividad_diaria,
    round((count(*) filter (where t.estado = 'finalizada'))::numeric / $2::int, 2)::float8
      as completadas_diarias
  from usuarios u
  left join tareas t on t.delegado_usuario_id = u.id and t.deleted_at is null
    and t.created_at >= now() - make_interval(hours => 24 * $2::int)
  where u.id = $1 and u.deleted_at is null
  group by u.id`;

/** Computes the statistics of a usuario, in the shape and size of the API's own answer. */
export async function statisticsOf(id, days) {
  const { rows } = await pool.query({ name: 'statistics', text: STATISTICS, values: [id, days] });
  const { user_id, ...numbers } = rows[0];
  const key = `gad:stats:user:${id}:days:${days}`;
  const calculated_at = new Date().toISOString();
  const _cache = { hit: true, ttl: 300, key };
  return { user_id, period_days: days, ...numbers, calculated_at, _cache };
}
