import { LoginDto } from '../auth/dto/login.dto.js';
import { CreateUsuarioDto } from '../usuarios/dto/create-usuario.dto.js';
import { validationPipe } from '../validation/validation.pipe.js';
import type { NewAdmin } from './admin-accounts.js';

/**
 * Brings a new admin into the form that `POST /usuarios` asks for, by its own rules.
 * @throws Problem VALIDATION_FAILED
 */
export async function checkNewAdmin(fields: object): Promise<NewAdmin> {
  return (await checked(CreateUsuarioDto, fields)) as CreateUsuarioDto; // an instance of its metatype
}

/** An e-mail in the form that is stored and compared. @throws Problem VALIDATION_FAILED */
export async function checkEmail(email: string): Promise<string> {
  const body = (await checked(LoginDto, { email, password: '-' })) as LoginDto; // likewise
  return body.email;
}

const checked = (metatype: new () => object, fields: object): Promise<unknown> =>
  validationPipe.transform({ ...fields }, { type: 'body', metatype });
