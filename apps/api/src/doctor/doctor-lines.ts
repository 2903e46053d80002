import type { DoctorDto, FindingDto } from './doctor.dto.js';

const FIX = { en: 'Fix', es: 'Remedio' } as const;
const INDENT = ' '.repeat(6);

/** Findings for a terminal: what is wrong in full, the worst first, and how much is not. */
export function doctorLines({ findings, summary, lang }: DoctorDto): string[] {
  const fix = lang === 'es' ? FIX.es : FIX.en;
  const found = ['fail', 'warn', 'info'].flatMap((severity) =>
    findings
      .filter((finding) => finding.severity === severity)
      .flatMap((finding) => linesOf(finding, fix)),
  );
  const { fail, warn, info, pass, n_a: none } = summary;
  const counts = { fail, warn, info, pass, 'n/a': none };
  const sums = Object.entries(counts).map(([name, count]) => `${name} ${String(count)}`);
  return [...found, sums.join(', ')];
}

function linesOf({ id, severity, seen, why, docs, ...rest }: FindingDto, fix: string): string[] {
  return [
    `${severity.padEnd(5)} ${id}: ${seen}`,
    ...(why === '' ? [] : [INDENT + why]),
    ...(rest.fix === null ? [] : [`${INDENT}${fix}: ${rest.fix}`]),
    INDENT + docs,
    '',
  ];
}
