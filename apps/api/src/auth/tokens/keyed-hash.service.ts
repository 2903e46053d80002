import { createHmac } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { JwtKey } from './jwt-key.js';

/** Hashes that cannot be computed, or guessed against, without the secret of this installation. */
@Injectable()
export class KeyedHashService {
  readonly #key: Buffer;

  constructor(key: JwtKey) {
    this.#key = createHmac('sha256', key.value).update('gad keyed hash').digest();
  }

  /** HMAC-SHA256 of the text in base64url, 43 characters; another secret gives another hash. */
  hash(text: string): string {
    return createHmac('sha256', this.#key).update(text).digest('base64url');
  }
}
