import { randomBytes } from 'node:crypto';
import { TOKEN_LENGTH } from './stored-formats.js';

/** Ids that are unique across processes and calls. */
export class UniqueIds {
  readonly #process = randomBytes(9).toString('base64url');
  #serial = 0;

  next(): string {
    const serial = (this.#serial++).toString(36);
    return this.#process + serial.padStart(TOKEN_LENGTH - this.#process.length, '0');
  }
}
