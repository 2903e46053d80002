import { Injectable, Logger } from '@nestjs/common';
import type { Principal } from '../auth/principal.js';

/** Who did what to the cache: one line a call, with the request id that every line carries. */
@Injectable()
export class CacheAudit {
  private readonly logger = new Logger('CacheAudit');

  record(
    who: Principal,
    action: string,
    details: { key?: string; pattern?: string; count?: number } = {},
  ): void {
    const what = details.key ?? details.pattern;
    const target = what === undefined ? '' : ` ${what}`;
    const keys = details.count === undefined ? '' : ` (${String(details.count)} keys)`;
    this.logger.log({
      message: `Usuario ${String(who.id)}: ${action}${target}${keys}`,
      action,
      usuario_id: who.id,
      ...details,
    });
  }
}
