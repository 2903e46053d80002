export type Language = 'en' | 'es';

/**
 * The language that an `Accept-Language` header prefers (RFC 9110, 12.5.4): Spanish in any of its
 * regions, otherwise English. The first of those that are equally welcome.
 */
export function languageOf(accepted: string | undefined): Language {
  let best: Language = 'en';
  let weight = 0;
  for (const entry of (accepted ?? '').slice(0, 1_000).split(',')) {
    const [range = '', ...parameters] = entry.split(';').map((part) => part.trim().toLowerCase());
    const language = range === '*' ? 'en' : range.split('-')[0];
    const q = /^q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.exec(parameters.join(';'))?.[1];
    const wanted = parameters.length === 0 ? 1 : Number(q ?? 0);
    if ((language === 'es' || language === 'en') && wanted > weight) {
      best = language;
      weight = wanted;
    }
  }
  return best;
}
