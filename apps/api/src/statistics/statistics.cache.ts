/** Statistics are fresh enough for five minutes; every write that concerns them removes them at once. */
export const STATISTICS_TTL_SECONDS = 300;

/** How long it is remembered that there is no such usuario. */
export const UNKNOWN_USUARIO_TTL_SECONDS = 30;

export const statisticsKey = (userId: number, days: number): string =>
  `stats:user:${String(userId)}:days:${String(days)}`;

/** Every period of one usuario. */
export const userStatisticsPattern = (userId: number): string => `stats:user:${String(userId)}:*`;
