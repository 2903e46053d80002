import { canonicalPassword, verifyPassword } from './password-hash.js';

/** Fewer different characters than this are a pattern: `1111111111`, `abababababab`. */
const MIN_DISTINCT = 5;

/** Shorter remainders of a password are chance and no word. */
const MIN_STEM = 4;

/** Beside the list, which is international: what usuarios of this system would think of first. */
const OWN_WORDS = [
  'administrador',
  'bienvenido',
  'bienvenida',
  'grupogad',
  'grupo_gad',
  'gad-demo',
];

let common: Promise<ReadonlySet<string>> | undefined;

/** 49,000 passwords of public leaks, in lower case; loaded with the first new password (≈ 30 ms). */
function commonPasswords(): Promise<ReadonlySet<string>> {
  common ??= import('@zxcvbn-ts/language-common').then(
    ({ dictionary }) => new Set([...dictionary['passwords-common'], ...OWN_WORDS]),
  );
  return common;
}

/**
 * Why a new password is not acceptable, as a sentence about it; `undefined` when it is. Beyond the
 * length (NIST SP 800-63B §5.1.1.2): it must not be among the most common ones nor be the e-mail or its local part,
 * in any case, with or without accents, and with or without digits and signs around it.
 */
export async function passwordFlaw(password: string, email: string): Promise<string | undefined> {
  const { length } = canonicalPassword(password);
  if (length < 10 || length > 128) return 'must be 10 to 128 characters long';
  const folded = fold(password);
  if (new Set(folded).size < MIN_DISTINCT) return 'must have at least 5 different characters';
  const stem = folded.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '');
  const candidates = stem.length < MIN_STEM ? [folded] : [folded, stem];
  const address = fold(email);
  const ofEmail = [address, address.slice(0, address.lastIndexOf('@'))];
  if (candidates.some((text) => ofEmail.includes(text))) return 'must not be the e-mail address';
  const list = await commonPasswords();
  if (candidates.some((text) => list.has(text))) return 'is one of the most common passwords';
  return undefined;
}

/**
 * As `passwordFlaw`, for a password that replaces one, from which it must differ: one hash more.
 * @param hasher who verifies; where requests are served, the one that is bounded
 */
export async function newPasswordFlaw(
  password: string,
  email: string,
  oldHash: string | undefined,
  hasher: { verify: typeof verifyPassword } = { verify: verifyPassword },
): Promise<string | undefined> {
  const flaw = await passwordFlaw(password, email);
  if (flaw !== undefined || oldHash === undefined) return flaw;
  const same = await hasher.verify(oldHash, password);
  return same ? 'must differ from the present one' : undefined;
}

const fold = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
