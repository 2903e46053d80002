import type { FindingText } from '@gad/cache/engine';
import type { DoctorLanguage, Severity } from '@gad/cache/store';
import type { DoctorDto } from './doctor.dto.js';

/** Findings as the API answers them, and as `npm run doctor --json` prints them. */
export function doctorDto(
  at: number,
  lang: DoctorLanguage,
  findings: readonly FindingText[],
): DoctorDto {
  const count = (wanted: Severity): number =>
    findings.filter(({ severity }) => severity === wanted).length;
  return {
    at: new Date(at).toISOString(),
    lang,
    summary: {
      fail: count('fail'),
      warn: count('warn'),
      info: count('info'),
      pass: count('pass'),
      n_a: count('n/a'),
    },
    findings: findings.map(({ id, severity, title, seen, why, fix, problema, docs, figures }) => ({
      ...{ id, severity, title, seen, why, fix, problema, docs, figures },
    })),
  };
}
