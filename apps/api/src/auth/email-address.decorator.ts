import { domainToASCII } from 'node:url';
import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsEmail, IsString, Matches, MaxLength, ValidateBy } from 'class-validator';

/** RFC 5321: the longest address that mail can be sent to. */
const MAX_EMAIL_LENGTH = 254;

/**
 * Everything that does not show: controls, format characters (zero-width ones, those that turn the
 * direction of writing), blanks, fillers. Two addresses that look alike must not be two usuarios.
 */
const ALL_VISIBLE = /^[^\p{C}\p{Z}\p{DI}\u2800]*$/u;
/** What a domain can be made of; the URL rules by which it is mapped would read more into others. */
const DOMAIN = /^(?:[a-z\d.-]|[^\p{ASCII}])+$/u;

/**
 * An e-mail address in a body, brought into the one form that is stored and compared
 * (`normalEmail`). Two spellings of one address are one usuario.
 */
export function EmailAddress(): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ type: 'string', format: 'email', maxLength: MAX_EMAIL_LENGTH }),
    Transform(({ value }: { value: unknown }) =>
      typeof value === 'string' ? normalEmail(value) : value,
    ),
    IsString({ message: 'must be text' }),
    MaxLength(MAX_EMAIL_LENGTH, {
      message: `must be at most ${MAX_EMAIL_LENGTH} characters long`,
    }),
    Matches(ALL_VISIBLE, { message: 'must not contain characters that do not show' }),
    IsEmail({}, { message: 'must be an e-mail address' }),
    // `xn--` before what is no Punycode.
    ValidateBy({
      name: 'domain',
      validator: {
        validate: (value) => domainToASCII(domainOf(String(value))) !== '',
        defaultMessage: () => 'must be an e-mail address',
      },
    }),
  );
}

/**
 * Trimmed, composed (NFC), lower case, the domain as it stands in DNS (`bücher.example` is
 * `xn--bcher-kva.example`). Text that is no address comes back as it is, to be refused: mapping a
 * domain drops what does not show.
 */
export function normalEmail(text: string): string {
  const address = text.trim().normalize('NFC').toLowerCase().normalize('NFC');
  const at = address.lastIndexOf('@');
  const domain = domainOf(address);
  // Mapping a text of some hundred kilobytes would be work for nothing.
  if (at < 1 || address.length > MAX_EMAIL_LENGTH || !ALL_VISIBLE.test(address)) return address;
  const ascii = DOMAIN.test(domain) ? domainToASCII(domain) : '';
  return ascii === '' ? address : `${address.slice(0, at)}@${ascii}`;
}

const domainOf = (address: string): string => address.slice(address.lastIndexOf('@') + 1);
