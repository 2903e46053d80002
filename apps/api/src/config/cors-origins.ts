import { ConfigurationError } from './parse-environment.js';

/**
 * The origins of web apps that may call from a browser, as browsers send them: lower case, ASCII,
 * without the default port. `true` = any.
 * @throws ConfigurationError for what no browser ever sends, which would silently match no origin
 */
export function corsOrigins(list: string | undefined): readonly string[] | boolean {
  if (list === undefined) return false;
  if (list === '*') return true;
  return list.split(',').map((entry) => sentForm(entry.trim()));
}

function sentForm(entry: string): string {
  const bare = /^https?:\/\/[^\s/?#@\\*]+\/?$/i.test(entry);
  if (bare && URL.canParse(entry)) return new URL(entry).origin;
  throw new ConfigurationError(
    'CORS_ORIGINS',
    `must be * or a comma-separated list of origins such as https://app.example.org, without path, user or wildcard (${JSON.stringify(entry)} is none)`,
  );
}
