import { ApiPropertyOptional } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { BooleanText, IntegerText } from '../validation/query-text.decorators.js';
import { parseId } from '../validation/id.pipe.js';
import { validationPipe } from '../validation/validation.pipe.js';

export class StatisticsQueryDto {
  @ApiPropertyOptional({ default: 30, example: 30 })
  @IntegerText(1, 365)
  days: number = 30;

  @ApiPropertyOptional({
    default: true,
    description: 'false: neither read nor write the cache',
  })
  @BooleanText()
  use_cache: boolean = true;
}

export interface StatisticsRequest {
  readonly userId: number;
  readonly days: number;
  readonly useCache: boolean;
}

/** What the latest URLs asked for: nothing of it depends on more than the URL. */
const parsed = new Map<string, StatisticsRequest>();
const MOST = 1_000;
/** More than any has that is not padded, with `&` for example. */
const LONGEST = 128;

/**
 * What a statistics request asks for, checked. Pipes run only when a handler does, and on a cache
 * hit none runs: the guard and the interceptor, which come first, read the request through this. A
 * URL that was asked before is answered at once.
 * @throws Problem VALIDATION_FAILED
 */
export function readStatisticsRequest(
  request: FastifyRequest,
): StatisticsRequest | Promise<StatisticsRequest> {
  return parsed.get(request.url) ?? parse(request);
}

async function parse(request: FastifyRequest): Promise<StatisticsRequest> {
  const { user_id: id } = request.params as { user_id: string }; // the routes that use this all have it
  const userId = parseId(id, 'user_id');
  const query = (await validationPipe.transform(request.query, {
    type: 'query',
    metatype: StatisticsQueryDto,
  })) as StatisticsQueryDto; // the pipe makes an instance of the metatype, or throws
  const asked = { userId, days: query.days, useCache: query.use_cache };
  if (request.url.length > LONGEST) return asked;
  const [oldest] = parsed.keys();
  if (parsed.size >= MOST && oldest !== undefined) parsed.delete(oldest);
  parsed.set(request.url, asked);
  return asked;
}
