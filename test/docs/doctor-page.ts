import type { Check } from '@gad/cache/store';
import { CACHE_CHECKS } from '@gad/cache/store';
import { API_CHECKS } from '../../apps/api/src/doctor/api-checks.js';
import { markdownTable } from './generated-page.js';

type Definition = Pick<Check<never>, 'id' | 'problema' | 'title' | 'variants'>;
type Language = keyof Definition['title'];

const ALL: readonly Definition[] = [...CACHE_CHECKS, ...API_CHECKS];

/** The symptoms of the guide's troubleshooting, in the guide's language. */
const PROBLEMAS = [
  ['Problema 1: El cache siempre retorna None', 'Nunca hay HIT, o la caché no se usa.'],
  ['Problema 2: Hit rate muy bajo', 'Hay HIT, pero pocos.'],
  ['Problema 3: Redis se queda sin memoria', '`OOM command not allowed`, o la memoria crece.'],
  ['Problema 4: El cache no se invalida', 'Los datos cambiaron y sigue el valor viejo.'],
] as const;

/** Every check and what it may find, in English. */
export function doctorTable(checks: readonly Definition[] = ALL): string {
  const rows = checks.flatMap((check) => rowsOf(check, 'en'));
  return markdownTable([['Finding', 'Should be', 'Found', 'Why it matters', 'Fix'], ...rows]);
}

/** The doors of the guide: for each Problema what the doctor looks at, in Spanish. */
export function problemasText(checks: readonly Definition[] = ALL): string {
  return PROBLEMAS.map(([title, symptom], at) => {
    const rows = checks
      .filter(({ problema }) => problema === at + 1)
      .flatMap((check) => rowsOf(check, 'es', false));
    const head = ['Hallazgo', 'Debería ser', 'Se encontró', 'Por qué importa', 'Remedio'];
    return `## ${title}\n\n${symptom}\n\n${markdownTable([head, ...rows])}`;
  }).join('\n\n');
}

/** One row for each thing that a check may find; the first has its name. */
function rowsOf(
  { id, title, variants }: Definition,
  language: Language,
  isAnchored = true,
): string[][] {
  const found = Object.values(variants).filter(({ severity }) => severity !== 'pass');
  return found.map(({ severity, seen, why, fix }, at) => [
    at > 0 ? '' : isAnchored ? `<a id="${id}"></a>\`${id}\`` : `[\`${id}\`](doctor.md#${id})`,
    at > 0 ? '' : title[language],
    `**${severity}**: ${escaped(seen[language])}`,
    escaped(why?.[language] ?? ''),
    fix === undefined ? '' : `\`${'run' in fix ? fix.run : `${fix.set}: ${String(fix.to)}`}\``,
  ]);
}

/** Angle brackets would be taken for HTML. */
const escaped = (text: string): string => text.replaceAll('<', '&lt;');
