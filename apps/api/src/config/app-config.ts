import type { RedisSettings } from '@gad/cache';
import { ConfigurationError, parseEnvironment } from './parse-environment.js';
import type { Environment } from './environment.js';
import { corsOrigins } from './cors-origins.js';
import { isLoopback } from './loopback.js';
import { redisSettings, redisVariable } from './redis-config.js';
import { trustedProxies } from './trusted-proxies.js';

export type LogLevel = NonNullable<Environment['LOG_LEVEL']>;

/** Everything that can be set, after validation: one frozen object, injected by its class. */
export abstract class AppConfig {
  abstract readonly nodeEnv: 'development' | 'test' | 'production';
  abstract readonly http: {
    readonly host: string;
    readonly port: number;
    /** `true` = any origin, `false` = none. */
    readonly corsOrigins: readonly string[] | boolean;
    /** Where callers find the API, without a slash at the end; `undefined` = where it listens. */
    readonly publicUrl: string | undefined;
    readonly bodyLimitBytes: number;
    /** Whether Swagger UI and the OpenAPI document are served. */
    readonly docs: boolean;
    /** Whether the console is served. */
    readonly console: boolean;
    /** Addresses and networks whose `X-Forwarded-*` headers are believed; empty = none. */
    readonly trustedProxies: readonly string[];
    /** How long requests are still taken after a stop signal, each answered with `Connection: close`. */
    readonly shutdownGraceMs: number;
    /** After so long a stop signal ends the process, whatever it still waits for. */
    readonly shutdownTimeoutMs: number;
  };
  abstract readonly logLevel: LogLevel;
  /** Whether a request's log line has the client's address. */
  abstract readonly logClientAddress: boolean;
  /** What a scraper of `/metrics` has to send; `undefined` = nothing. */
  abstract readonly metricsToken: string | undefined;
  /** `undefined` = the in-process store serves. */
  abstract readonly redis: RedisSettings | undefined;
  abstract readonly cache: {
    readonly prefix: string;
    readonly logLevel: 'debug' | 'info' | 'off';
    readonly deadlineMs: number;
    /** Values from so many bytes on are stored compressed; 0 = none. */
    readonly compressionThreshold: number;
    readonly consistency: 'strict' | 'bounded';
    /** Whether a process may answer from copies in its own memory. */
    readonly local: boolean;
    /** Whether the cache is warmed by itself, at a start and after it was cleared. */
    readonly warming: boolean;
    /** For how long `/health/ready` waits for that at a start; 0 = not at all. */
    readonly warmReadyMs: number;
    /** Whether administrators may look at values. */
    readonly adminValues: boolean;
  };
  /** Which variable names the Redis server. */
  abstract readonly redisVariable:
    'REDIS_URL' | 'REDIS_SENTINELS' | 'REDIS_HOST' | 'REDIS_CLUSTER' | undefined;
  /** Beyond what the doctor warns. */
  abstract readonly doctor: {
    /** Hits of all reads, from 0 to 1. */
    readonly hitRate: number;
    /** Megabytes that the server of the cache uses. */
    readonly memoryMb: number;
    readonly keys: number;
  };
  abstract readonly events: {
    /** Older events are pruned from the log. */
    readonly retentionHours: number;
  };
  abstract readonly audit: {
    /** Older audit events are pruned. */
    readonly retentionDays: number;
    /** So is the audit of the cache. */
    readonly cacheRetentionDays: number;
  };
  /** `url: undefined` = PGlite in `dataDir` serves. */
  abstract readonly database: {
    readonly url: string | undefined;
    readonly poolSize: number;
    /** The same database without a pooler before it: for migrations and for the log's readers. */
    readonly directUrl?: string | undefined;
    /** `false`: the schema has to be up to date already. Default: true. */
    readonly migrate?: boolean;
  };
  /** Where the embedded database and the generated secret live. */
  abstract readonly dataDir: string;
  abstract readonly demoData: boolean;
  /** Whom to make admin while there is none. */
  abstract readonly firstAdmin:
    { readonly email: string; readonly passwordFile: string } | undefined;
  abstract readonly jwt: {
    /** `undefined` only outside production: one is generated and kept in `dataDir`. */
    readonly secret: string | undefined;
    readonly issuer: string;
    readonly audience: string;
    readonly accessTtlSeconds: number;
    readonly refreshTtlSeconds: number;
  };
  abstract readonly rateLimit: {
    /** Requests that check or set a password, per minute and network; a usuario has 4 ×; 0 = no limit. */
    readonly loginPerMinute: number;
    /** Requests to routes that need no token, per minute and network; 0 = no limit. */
    readonly publicPerMinute: number;
    /** Other requests per minute and network; 0 = no limit. */
    readonly requestsPerMinute: number;
  };
}

/**
 * Turns environment variables into the configuration.
 * @throws ConfigurationError with one sentence that names the variable and the fix.
 */
export function readAppConfig(source: Readonly<Record<string, unknown>>): AppConfig {
  const env = parseEnvironment(source);
  const nodeEnv = env.NODE_ENV ?? 'development';
  return deepFreeze({
    nodeEnv,
    http: {
      host: env.HOST ?? '127.0.0.1',
      port: env.PORT ?? 3000,
      corsOrigins: corsOrigins(env.CORS_ORIGINS),
      publicUrl: env.PUBLIC_URL?.replace(/\/$/, ''),
      bodyLimitBytes: env.BODY_LIMIT ?? 100 * 1024,
      docs: env.DOCS === undefined ? nodeEnv !== 'production' : env.DOCS === 'on',
      console: env.CONSOLE !== 'false',
      trustedProxies: trustedProxies(env.TRUST_PROXY),
      shutdownGraceMs: env.SHUTDOWN_GRACE_MS ?? 500,
      // Under the ten seconds after which container runtimes kill.
      shutdownTimeoutMs: env.SHUTDOWN_TIMEOUT_MS ?? 9_000,
    },
    logLevel: env.LOG_LEVEL ?? 'info',
    logClientAddress: env.LOG_CLIENT_ADDRESS !== 'false',
    metricsToken: env.METRICS_TOKEN,
    redis: redisSettings(env),
    redisVariable: redisVariable(env),
    cache: {
      prefix: env.CACHE_PREFIX ?? 'gad:',
      logLevel: env.CACHE_LOG_LEVEL ?? 'info',
      deadlineMs: env.CACHE_DEADLINE_MS ?? 50,
      compressionThreshold: env.CACHE_COMPRESSION_THRESHOLD ?? 16 * 1024,
      consistency: env.CACHE_CONSISTENCY ?? 'strict',
      local: env.CACHE_LOCAL === 'true',
      // In development the first read of the guide is a miss.
      warming:
        env.CACHE_WARMING === undefined ? nodeEnv === 'production' : env.CACHE_WARMING === 'true',
      warmReadyMs: env.CACHE_WARM_READY_MS ?? 0,
      adminValues: env.CACHE_ADMIN_VALUES !== 'false',
    },
    doctor: {
      hitRate: Number(env.CACHE_WARN_HIT_RATE ?? 0.6),
      memoryMb: env.CACHE_WARN_MEMORY_MB ?? 200,
      keys: env.CACHE_WARN_KEYS ?? 10_000,
    },
    events: { retentionHours: env.EVENTS_RETENTION_HOURS ?? 24 },
    audit: {
      retentionDays: env.AUDIT_RETENTION_DAYS ?? 365,
      cacheRetentionDays: env.AUDIT_RETENTION_DAYS ?? 90,
    },
    database: {
      url: env.DATABASE_URL,
      poolSize: env.DATABASE_POOL_SIZE ?? 10,
      directUrl: directUrl(env),
      migrate: migrates(env),
    },
    dataDir: env.DATA_DIR ?? '.data',
    demoData: demoData(env, nodeEnv),
    firstAdmin: firstAdmin(env),
    jwt: {
      secret: env.JWT_SECRET,
      issuer: env.JWT_ISSUER ?? 'gad-api',
      audience: env.JWT_AUDIENCE ?? 'gad',
      accessTtlSeconds: env.JWT_ACCESS_TTL ?? 900,
      refreshTtlSeconds: env.JWT_REFRESH_TTL ?? 7 * 86_400,
    },
    rateLimit: {
      loginPerMinute: env.LOGIN_RATE_LIMIT ?? 30,
      publicPerMinute: env.PUBLIC_RATE_LIMIT ?? 300,
      requestsPerMinute: env.RATE_LIMIT ?? 0,
    },
  });
}

function migrates(env: Environment): boolean {
  if (env.MIGRATE === 'off' && env.DATABASE_URL === undefined) {
    throw new ConfigurationError(
      'MIGRATE',
      'must not be off without DATABASE_URL: the embedded database is migrated by the process that opens it',
    );
  }
  return env.MIGRATE !== 'off';
}

function directUrl(env: Environment): string | undefined {
  if (env.DATABASE_DIRECT_URL !== undefined && env.DATABASE_URL === undefined) {
    throw new ConfigurationError(
      'DATABASE_DIRECT_URL',
      'is set without DATABASE_URL: it leads past the pooler that DATABASE_URL names, so set both',
    );
  }
  return env.DATABASE_DIRECT_URL;
}

/** Demo data comes by itself with the embedded database only, and never into production. */
function demoData(env: Environment, nodeEnv: AppConfig['nodeEnv']): boolean {
  if (nodeEnv === 'production') {
    if (env.DEMO_DATA === 'true') {
      throw new ConfigurationError(
        'DEMO_DATA',
        'must not be true when NODE_ENV=production: its users have a published password',
      );
    }
    return false;
  }
  if (env.DEMO_DATA !== undefined) return env.DEMO_DATA === 'true';
  if (env.DATABASE_URL !== undefined) return false;
  if (env.HOST !== undefined && !isLoopback(env.HOST)) {
    throw new ConfigurationError(
      'HOST',
      `is ${env.HOST}, where others reach the demo data, whose passwords are published: set DEMO_DATA=false, or DEMO_DATA=true if that is meant`,
    );
  }
  return true;
}

function firstAdmin(env: Environment): AppConfig['firstAdmin'] {
  const { ADMIN_EMAIL: email, ADMIN_PASSWORD_FILE: passwordFile } = env;
  if (email === undefined && passwordFile === undefined) return undefined;
  if (email === undefined) {
    throw new ConfigurationError('ADMIN_EMAIL', 'is needed beside ADMIN_PASSWORD_FILE');
  }
  if (passwordFile === undefined) {
    throw new ConfigurationError(
      'ADMIN_PASSWORD_FILE',
      'is needed beside ADMIN_EMAIL: a file with the password of the first admin',
    );
  }
  return { email, passwordFile };
}

function deepFreeze<T extends object>(value: T): T {
  for (const inner of Object.values(value)) {
    if (typeof inner === 'object' && inner !== null) deepFreeze(inner as object);
  }
  return Object.freeze(value);
}
