import { Logger } from '@nestjs/common';

/** Tokens are dated by our clock and sesiones by the database's: beyond this one of them is wrong. */
const TOLERATED_MS = 5_000;

/** Compares this machine's clock with the database's, as often as it is shown both. */
export class ClockWatch {
  readonly #logger = new Logger('Database');
  #aheadMs = 0;

  /** How far this process is ahead of the database (negative: behind); 0 while within tolerance. */
  get aheadMs(): number {
    return this.#aheadMs;
  }

  /**
   * Both clocks in milliseconds since 1970. The database read its own at some moment between the two
   * readings of ours, so only what lies beyond either end is a difference, however slow the answer.
   */
  note({ sentAt, theirs, receivedAt }: Record<'sentAt' | 'theirs' | 'receivedAt', number>): void {
    const before = this.#aheadMs;
    const ahead = Math.max(sentAt - theirs, 0) - Math.max(theirs - receivedAt, 0);
    this.#aheadMs = Math.abs(ahead) > TOLERATED_MS ? Math.round(ahead) : 0;
    if (before === 0 && this.#aheadMs !== 0) {
      this.#logger.warn(`${clockSentence(this.#aheadMs)}: let both follow the same time server.`);
    }
    if (before !== 0 && this.#aheadMs === 0) {
      this.#logger.log("This process's clock agrees with the database's again.");
    }
  }
}

export function clockSentence(aheadMs: number): string {
  const seconds = (Math.abs(aheadMs) / 1_000).toFixed(1);
  return `This process's clock is ${seconds} s ${aheadMs > 0 ? 'ahead of' : 'behind'} the database's`;
}
