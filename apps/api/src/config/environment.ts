import {
  IsEmail,
  IsIn,
  IsInt,
  IsNotEmpty,
  IsOptional,
  IsString,
  Matches,
  Min,
  MinLength,
  ValidateIf,
} from 'class-validator';
import { Flag, Whole } from './environment-rules.js';
import { AddressPairs, Addresses } from './redis-addresses.js';

export const NODE_ENVS = ['development', 'test', 'production'] as const;
export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

const PORT = 'must be a port between 0 and 65535';

/**
 * The environment variables that the API knows, in the shapes that they must have after
 * `parseEnvironment` turned number-like text into numbers. Absent means the default in
 * `app-config.ts`; an empty value counts as absent.
 */
export class Environment {
  @IsOptional()
  @IsIn(NODE_ENVS, { message: `must be one of ${NODE_ENVS.join(', ')}` })
  NODE_ENV?: (typeof NODE_ENVS)[number];

  @IsOptional()
  @IsNotEmpty()
  HOST?: string;

  @Whole(0, 65_535, PORT)
  PORT?: number;

  @IsOptional()
  @IsNotEmpty()
  CORS_ORIGINS?: string;

  @IsOptional()
  @Matches(/^https?:\/\/[^\s/?#@]+(\/[\w.~-]+)*\/?$/, {
    message: 'must be an http or https URL without query, such as https://example.org/gad',
  })
  PUBLIC_URL?: string;

  @IsOptional()
  @IsIn(['on', 'off'], { message: 'must be on or off' })
  DOCS?: 'on' | 'off';

  @Flag()
  CONSOLE?: 'true' | 'false';

  @IsOptional()
  @IsNotEmpty()
  TRUST_PROXY?: string;

  @Whole(1024, 10 * 1024 * 1024, 'must be at least 1024 bytes and at most 10485760')
  BODY_LIMIT?: number;

  @Whole(0, 600_000, 'must be between 0 and 600000 milliseconds')
  SHUTDOWN_GRACE_MS?: number;

  @Whole(0, 600_000, 'must be between 0 and 600000 milliseconds')
  SHUTDOWN_TIMEOUT_MS?: number;

  @IsOptional()
  @IsIn(LOG_LEVELS, { message: `must be one of ${LOG_LEVELS.join(', ')}` })
  LOG_LEVEL?: (typeof LOG_LEVELS)[number];

  @Flag()
  LOG_CLIENT_ADDRESS?: 'true' | 'false';

  @IsOptional()
  @Matches(/^[A-Za-z0-9._~+/=-]{16,256}$/, {
    message:
      'must be 16 to 256 of A-Z a-z 0-9 - . _ ~ + / =, for example from `openssl rand -hex 32`',
  })
  METRICS_TOKEN?: string;

  @IsOptional()
  @IsNotEmpty()
  REDIS_HOST?: string;

  @Whole(1, 65_535, PORT)
  REDIS_PORT?: number;

  @IsOptional()
  @IsInt({ message: 'must be a database number, 0 or more' })
  @Min(0, { message: 'must be a database number, 0 or more' })
  REDIS_DB?: number;

  @IsOptional()
  @IsNotEmpty()
  REDIS_USERNAME?: string;

  @IsOptional()
  @IsString()
  REDIS_PASSWORD?: string;

  @Flag()
  REDIS_TLS?: 'true' | 'false';

  @Addresses('sentinel-1:26379,sentinel-2:26379')
  REDIS_SENTINELS?: string;

  @IsOptional()
  @Matches(/^[\w.-]+$/, { message: 'must be the name in `sentinel monitor`, such as mymaster' })
  REDIS_SENTINEL_MASTER?: string;

  @IsOptional()
  @IsNotEmpty()
  REDIS_SENTINEL_USERNAME?: string;

  @IsOptional()
  @IsString()
  REDIS_SENTINEL_PASSWORD?: string;

  @Addresses('redis-1:6379,redis-2:6379')
  REDIS_CLUSTER?: string;

  @Whole(1, 1_024, 'must be a number of shards from 1 to 1024')
  REDIS_CLUSTER_SHARDS?: number;

  @AddressPairs('10.0.0.1:6379>localhost:7001')
  REDIS_CLUSTER_MAP?: string;

  @IsOptional()
  @Matches(/^rediss?:\/\/\S+$/, { message: 'must start with redis:// or rediss://' })
  REDIS_URL?: string;

  @IsOptional()
  @Matches(/^[\x21-\x7e]{1,64}$/, {
    message: 'must be 1 to 64 printable ASCII characters without spaces, such as gad:',
  })
  CACHE_PREFIX?: string;

  @IsOptional()
  @IsIn(['debug', 'info', 'off'], { message: 'must be one of debug, info, off' })
  CACHE_LOG_LEVEL?: 'debug' | 'info' | 'off';

  @Whole(1, 10_000, 'must be between 1 and 10000 milliseconds')
  CACHE_DEADLINE_MS?: number;

  @IsOptional()
  @IsInt({ message: 'must be a whole number of bytes, 0 for no compression' })
  @Min(0, { message: 'must be a whole number of bytes, 0 for no compression' })
  CACHE_COMPRESSION_THRESHOLD?: number;

  @IsOptional()
  @IsIn(['strict', 'bounded'], { message: 'must be one of strict, bounded' })
  CACHE_CONSISTENCY?: 'strict' | 'bounded';

  @Whole(1, 8_760, 'must be between 1 and 8760 hours (one year)')
  EVENTS_RETENTION_HOURS?: number;

  @Whole(1, 3_650, 'must be between 1 and 3650 days')
  AUDIT_RETENTION_DAYS?: number;

  @Flag()
  CACHE_LOCAL?: 'true' | 'false';

  @Flag()
  CACHE_WARMING?: 'true' | 'false';

  @Whole(0, 60_000, 'must be between 0 and 60000 milliseconds')
  CACHE_WARM_READY_MS?: number;

  @Flag()
  CACHE_ADMIN_VALUES?: 'true' | 'false';

  @IsOptional()
  @Matches(/^(0|1|0?\.\d{1,6}|1\.0{1,6})$/, {
    message: 'must be a number from 0 to 1, such as 0.6',
  })
  CACHE_WARN_HIT_RATE?: string;

  @Whole(1, 1_000_000, 'must be between 1 and 1000000 megabytes')
  CACHE_WARN_MEMORY_MB?: number;

  @Whole(1, 1_000_000_000, 'must be between 1 and 1000000000 keys')
  CACHE_WARN_KEYS?: number;

  @IsOptional()
  @Matches(/^postgres(ql)?:\/\/\S+$/, { message: 'must start with postgres:// or postgresql://' })
  DATABASE_URL?: string;

  @IsOptional()
  @Matches(/^postgres(ql)?:\/\/\S+$/, { message: 'must start with postgres:// or postgresql://' })
  DATABASE_DIRECT_URL?: string;

  @IsOptional()
  @IsIn(['on', 'off'], { message: 'must be on or off' })
  MIGRATE?: 'on' | 'off';

  @Whole(1, 200, 'must be between 1 and 200 connections')
  DATABASE_POOL_SIZE?: number;

  @IsOptional()
  @IsNotEmpty()
  DATA_DIR?: string;

  @Flag()
  DEMO_DATA?: 'true' | 'false';

  @IsOptional()
  @IsEmail({}, { message: 'must be an e-mail address' })
  ADMIN_EMAIL?: string;

  @IsOptional()
  @IsNotEmpty()
  ADMIN_PASSWORD_FILE?: string;

  @ValidateIf((env: Environment) => env.JWT_SECRET !== undefined || env.NODE_ENV === 'production')
  @MinLength(32, {
    message: ({ value }) =>
      (value === undefined ? 'is required when NODE_ENV=production: set it to' : 'must be') +
      ' at least 32 random bytes, for example from `openssl rand -base64 48`',
  })
  JWT_SECRET?: string;

  @IsOptional()
  @IsNotEmpty()
  JWT_ISSUER?: string;

  @IsOptional()
  @IsNotEmpty()
  JWT_AUDIENCE?: string;

  @Whole(1, 86_400, 'must be between 1 and 86400 seconds (one day)')
  JWT_ACCESS_TTL?: number;

  @Whole(1, 31_536_000, 'must be between 1 and 31536000 seconds (one year)')
  JWT_REFRESH_TTL?: number;

  @Whole(0, 1_000_000_000, 'must be a whole number of requests, 0 for no limit')
  LOGIN_RATE_LIMIT?: number;

  @Whole(0, 1_000_000_000, 'must be a whole number of requests, 0 for no limit')
  PUBLIC_RATE_LIMIT?: number;

  @Whole(0, 1_000_000_000, 'must be a whole number of requests, 0 for no limit')
  RATE_LIMIT?: number;
}

/** Variables whose text is read as a whole number before the validation. */
export const NUMERIC_VARIABLES = [
  'PORT',
  'BODY_LIMIT',
  'SHUTDOWN_GRACE_MS',
  'SHUTDOWN_TIMEOUT_MS',
  'REDIS_PORT',
  'REDIS_DB',
  'REDIS_CLUSTER_SHARDS',
  'CACHE_DEADLINE_MS',
  'CACHE_COMPRESSION_THRESHOLD',
  'CACHE_WARM_READY_MS',
  'CACHE_WARN_MEMORY_MB',
  'CACHE_WARN_KEYS',
  'EVENTS_RETENTION_HOURS',
  'AUDIT_RETENTION_DAYS',
  'DATABASE_POOL_SIZE',
  'JWT_ACCESS_TTL',
  'JWT_REFRESH_TTL',
  'LOGIN_RATE_LIMIT',
  'PUBLIC_RATE_LIMIT',
  'RATE_LIMIT',
] as const satisfies readonly (keyof Environment)[];

/** Every variable that the API reads; `.env.example` documents exactly these. */
export const VARIABLES = [
  'NODE_ENV',
  'HOST',
  'CORS_ORIGINS',
  'PUBLIC_URL',
  'DOCS',
  'CONSOLE',
  'TRUST_PROXY',
  'LOG_LEVEL',
  'LOG_CLIENT_ADDRESS',
  'METRICS_TOKEN',
  'REDIS_HOST',
  'REDIS_USERNAME',
  'REDIS_PASSWORD',
  'REDIS_TLS',
  'REDIS_URL',
  'REDIS_SENTINELS',
  'REDIS_SENTINEL_MASTER',
  'REDIS_SENTINEL_USERNAME',
  'REDIS_SENTINEL_PASSWORD',
  'REDIS_CLUSTER',
  'REDIS_CLUSTER_MAP',
  'CACHE_PREFIX',
  'CACHE_LOG_LEVEL',
  'CACHE_CONSISTENCY',
  'CACHE_LOCAL',
  'CACHE_WARMING',
  'CACHE_ADMIN_VALUES',
  'CACHE_WARN_HIT_RATE',
  'DATABASE_URL',
  'DATABASE_DIRECT_URL',
  'MIGRATE',
  'DATA_DIR',
  'DEMO_DATA',
  'ADMIN_EMAIL',
  'ADMIN_PASSWORD_FILE',
  'JWT_SECRET',
  'JWT_ISSUER',
  'JWT_AUDIENCE',
  ...NUMERIC_VARIABLES,
] as const satisfies readonly (keyof Environment)[];
