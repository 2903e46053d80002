import { unlessUnavailable } from '../../../cache-errors.js';
import type { CacheLogger } from '../../../cache-log.js';
import type { StoreMaster } from '../../store-server.js';

/**
 * Warns of masters without a replica, of those that stop while another one is lost, and of versions
 * that were not tried. In the background: none of it stops a start.
 *
 * @param alone how many have no replica
 */
export function warnOfMasters(
  alone: number,
  masters: readonly StoreMaster[],
  logger: CacheLogger,
): void {
  const warn = (sentence: string): void => logger.warn(`Cache: ${sentence}`);
  if (alone > 0) {
    warn(
      `masters of the Cluster without a replica: ${alone}; when one is lost, so are its shards until it is back: give each a replica.`,
    );
  }
  for (const { node, examine } of masters) {
    void unlessUnavailable(examine([])).then((facts) => {
      const version = facts?.info?.get('redis_version') ?? '';
      if (facts?.fullCoverage === true) {
        warn(
          `${node} has cluster-require-full-coverage yes: one lost master stops all; set it to no.`,
        );
      }
      if (Number.parseInt(version) < 7) {
        warn(`${node} is Redis ${version}, and nothing below 7.0 was tried: update it.`);
      }
    });
  }
}
