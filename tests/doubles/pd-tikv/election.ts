import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** How new a state is: those of a later term are newer, and within a term those of a higher count. */
interface Version {
  readonly term: number;
  readonly count: number;
}

export type Message<State> =
  | { readonly kind: 'vote'; readonly term: number; readonly from: string; readonly version: Version }
  | {
      readonly kind: 'lead';
      readonly term: number;
      readonly from: string;
      readonly version: Version;
      readonly state: State;
    };

export interface Reply {
  readonly term: number;
  readonly granted: boolean;
}

export interface ElectionParts<State> {
  readonly self: string;
  /** Everybody who votes, by what this member knows; it stands for election only when it is one of them. */
  readonly membersOf: (state: State) => readonly string[];
  readonly first: State;
  readonly leaseMs: number;
  /** What must outlive the process is kept here: the term, and so the vote given in it, and the state. */
  readonly folder: string;
  /** @throws when no reply came in time. */
  readonly send: (member: string, message: Message<State>, timeoutMs: number) => Promise<Reply>;
}

/** So many rounds of a leader within its lease: one or two that are lost do not end it. */
const ROUNDS = 6;

/**
 * One leader at a time, by majority and lease, who hands its state to the others with each round.
 *
 * A member that has heard a leader, or voted, within the lease votes for nobody. A leader leads until the lease is over, counted
 * from when it *sent* the last round that a majority answered: so the old one has ended before a new one can begin.
 */
export class Election<State> {
  readonly #parts: ElectionParts<State>;
  #term = 0;
  #version: Version = { term: 0, count: 0 };
  #state: State;
  #leader: string | undefined;
  #heardMs: number;
  #leaseUntilMs = Number.NEGATIVE_INFINITY;
  #patienceMs: number;
  readonly #answered = new Set<string>();

  constructor(parts: ElectionParts<State>) {
    this.#parts = parts;
    this.#state = parts.first;
    this.#heardMs = performance.now() - parts.leaseMs;
    this.#patienceMs = Math.random() * parts.leaseMs;
    mkdirSync(parts.folder, { recursive: true });
    try {
      const kept = JSON.parse(readFileSync(this.#file(), 'utf8')) as {
        term: number;
        version: Version;
        state: State;
      };
      this.#term = kept.term;
      this.#version = kept.version;
      this.#state = kept.state;
      // It may have heard a leader just before it died, whose lease its vote would cut short.
      this.#heardMs = performance.now();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }

  get state(): State {
    return this.#state;
  }
  get term(): number {
    return this.#term;
  }
  get isLeading(): boolean {
    return this.#leader === this.#parts.self && performance.now() < this.#leaseUntilMs;
  }
  /** Whoever is known to lead, as long as its lease can last. */
  get leader(): string | undefined {
    if (this.#leader === this.#parts.self) return this.isLeading ? this.#leader : undefined;
    return performance.now() < this.#heardMs + this.#parts.leaseMs ? this.#leader : undefined;
  }
  /** Whether the member has ever caught up with a leader. */
  hasAnswered(member: string): boolean {
    return member === this.#parts.self || this.#answered.has(member);
  }

  /** Changes the state; the others have it with the next round. For the leader alone. */
  change(state: State): void {
    this.#state = state;
    this.#version = { term: this.#term, count: this.#version.count + 1 };
    this.#keep();
  }

  /** Leads, or waits for a reason to stand for election, for ever. */
  async run(): Promise<never> {
    for (;;) {
      if (this.#leader === this.#parts.self) {
        if (this.isLeading) void this.#leadOn();
        else this.#leader = undefined;
      } else if (performance.now() > this.#heardMs + this.#parts.leaseMs + this.#patienceMs) {
        await this.#stand();
      }
      await delay(this.#parts.leaseMs / ROUNDS);
    }
  }

  receive(message: Message<State>): Reply {
    const isFree = performance.now() > this.#heardMs + this.#parts.leaseMs && !this.isLeading;
    if (message.kind === 'vote') {
      const granted = message.term > this.#term && isFree && !isNewer(this.#version, message.version);
      if (granted) {
        this.#term = message.term;
        this.#promise();
        this.#keep();
      }
      return { term: this.#term, granted };
    }
    if (message.term < this.#term) return { term: this.#term, granted: false };
    const isNews = message.term > this.#term || isNewer(message.version, this.#version);
    this.#term = message.term;
    this.#leader = message.from;
    this.#heardMs = performance.now();
    if (isNews) {
      this.#version = message.version;
      this.#state = message.state;
      this.#keep();
    }
    return { term: this.#term, granted: true };
  }

  /** Its term rises only when it has won: one that was cut off disturbs nobody when it is back. */
  async #stand(): Promise<void> {
    if (!this.#parts.membersOf(this.#state).includes(this.#parts.self)) return;
    // Members that stand at the same time share the votes; the next time they will not.
    this.#patienceMs = Math.random() * this.#parts.leaseMs;
    const sentMs = performance.now();
    this.#promise();
    const term = this.#term + 1;
    const won = await this.#hasMajority({
      kind: 'vote',
      term,
      from: this.#parts.self,
      version: this.#version,
    });
    if (!won || this.#term >= term) return;
    // Whoever was a member under the last leader has caught up with it; the ones added from here on have not yet.
    for (const member of this.#parts.membersOf(this.#state)) this.#answered.add(member);
    this.#term = term;
    this.#version = { term, count: this.#version.count + 1 };
    this.#leader = this.#parts.self;
    this.#leaseUntilMs = sentMs + this.#parts.leaseMs;
    this.#keep();
    await this.#leadOn();
  }

  /** A vote, one's own as well, is a promise: no other leader while that one's first lease may last. */
  #promise(): void {
    this.#leader = undefined;
    this.#heardMs = performance.now();
  }

  async #leadOn(): Promise<void> {
    const sentMs = performance.now();
    const { term } = this;
    const message = {
      kind: 'lead',
      term,
      from: this.#parts.self,
      version: this.#version,
      state: this.#state,
    } as const;
    const isHeard = await this.#hasMajority(message);
    if (isHeard && this.#term === term)
      this.#leaseUntilMs = Math.max(this.#leaseUntilMs, sentMs + this.#parts.leaseMs);
  }

  /** Resolves as soon as a majority has said yes, or all have spoken. */
  async #hasMajority(message: Message<State>): Promise<boolean> {
    const members = this.#parts.membersOf(this.#state);
    const needed = Math.floor(members.length / 2) + 1;
    const result = Promise.withResolvers<boolean>();
    let granted = members.includes(this.#parts.self) ? 1 : 0;
    if (granted >= needed) result.resolve(true);
    const asked = members
      .filter((member) => member !== this.#parts.self)
      .map(async (member) => {
        const reply = await this.#parts.send(member, message, this.#parts.leaseMs / 2).catch(() => undefined);
        if (reply === undefined) return;
        if (!reply.granted) {
          if (reply.term > this.#term) this.#giveWay(reply.term);
          return;
        }
        if (message.kind === 'lead') this.#answered.add(member);
        granted += 1;
        if (granted >= needed) result.resolve(true);
      });
    void Promise.all(asked).then(() => result.resolve(false));
    return result.promise;
  }

  #giveWay(term: number): void {
    this.#term = term;
    this.#leader = undefined;
    this.#leaseUntilMs = Number.NEGATIVE_INFINITY;
    this.#keep();
  }

  /** Whole or not at all. Who cannot write it takes no part: its answer is an error, and standing ends the process. */
  #keep(): void {
    const kept = { term: this.#term, version: this.#version, state: this.#state };
    writeFileSync(`${this.#file()}.new`, JSON.stringify(kept));
    renameSync(`${this.#file()}.new`, this.#file());
  }

  #file(): string {
    return join(this.#parts.folder, 'election.json');
  }
}

function isNewer(left: Version, right: Version): boolean {
  return left.term > right.term || (left.term === right.term && left.count > right.count);
}
