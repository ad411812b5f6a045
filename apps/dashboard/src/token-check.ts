import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { OrdealError } from '@ordeal/core';
import { RateLimiterMemory } from 'rate-limiter-flexible';

/** Wrong tokens from one address. More a minute: guessing gets cheaper. Fewer: a mistyped paste locks a person out. */
const WRONG_TRIES = 10;
const WINDOW_SECONDS = 60;

/** Compares tokens that are given with the right one, and slows down who guesses. */
export class TokenCheck {
  readonly #key = randomBytes(32);
  readonly #right: Buffer;
  readonly #wrong = new RateLimiterMemory({ points: WRONG_TRIES, duration: WINDOW_SECONDS });

  constructor(token: string) {
    this.#right = this.#digest(token);
  }

  /**
   * Resolves for the right token.
   * @param from the address it comes from; whoever tried too often there is not told whether this one is right
   * @throws OrdealError UNAUTHORIZED for a wrong one, TOO_MANY_TRIES after too many
   */
  async check(given: string, from: string): Promise<void> {
    // Digests are equally long whatever was given, and compared in constant time.
    const isRight = timingSafeEqual(this.#digest(given), this.#right);
    const tried = await (isRight ? this.#wrong.get(from) : this.#wrong.penalty(from));
    if (tried !== null && tried.consumedPoints > WRONG_TRIES) {
      throw new OrdealError('TOO_MANY_TRIES', 'too many wrong tokens from this address', {
        details: { retryAfterSeconds: Math.ceil(tried.msBeforeNext / 1000) },
      });
    }
    if (!isRight) throw new OrdealError('UNAUTHORIZED', 'this is not the token');
  }

  #digest(token: string): Buffer {
    return createHmac('sha256', this.#key).update(token).digest();
  }
}
