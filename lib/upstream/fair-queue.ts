export type SlotLimits = {
  /** Slots in all. */
  total: number;
  /** Slots for one key. */
  perKey: number;
};

type Waiter = { perKey: number; take: () => void };

/**
 * Slots that are shared out fairly: of those who wait, the key with the fewest slots is next, and among equals the one
 * whose turn was longest ago.
 */
export class FairQueue {
  #running = 0;
  readonly #runningOf = new Map<string, number>();
  readonly #waiting = new Map<string, Waiter[]>();
  /** The number of each key's last turn; forgotten when all is quiet. */
  readonly #lastTurn = new Map<string, number>();
  #turn = 0;
  #total = 0;

  /** How many wait, of one key or of all. */
  waiting(key?: string): number {
    if (key !== undefined) return this.#waiting.get(key)?.length ?? 0;
    return [...this.#waiting.values()].reduce((sum, { length }) => sum + length, 0);
  }

  /**
   * Waits for a slot and returns what gives it back. Throws the signal's reason when it aborts before; then nothing
   * was taken. The latest `total` holds for all who wait.
   */
  async acquire(key: string, { total, perKey }: SlotLimits, signal?: AbortSignal): Promise<() => void> {
    signal?.throwIfAborted();
    this.#total = total;
    await new Promise<void>((resolve, reject) => {
      let isTaken = false;
      const waiter: Waiter = {
        perKey,
        take: () => {
          isTaken = true;
          signal?.removeEventListener("abort", leave);
          resolve();
        },
      };
      const leave = () => {
        const others = (this.#waiting.get(key) ?? []).filter((other) => other !== waiter);
        if (others.length === 0) this.#waiting.delete(key);
        else this.#waiting.set(key, others);
        reject(signal?.reason);
      };
      const queue = this.#waiting.get(key);
      if (queue === undefined) this.#waiting.set(key, [waiter]);
      else queue.push(waiter);
      this.#admit();
      // Most never wait.
      if (!isTaken) signal?.addEventListener("abort", leave, { once: true });
    });
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#running -= 1;
      const left = (this.#runningOf.get(key) ?? 1) - 1;
      if (left === 0) this.#runningOf.delete(key);
      else this.#runningOf.set(key, left);
      this.#admit();
    };
  }

  #admit(): void {
    while (this.#running < this.#total) {
      const key = this.#next();
      if (key === undefined) break;
      const queue = this.#waiting.get(key) ?? [];
      const waiter = queue.shift();
      if (queue.length === 0) this.#waiting.delete(key);
      this.#turn += 1;
      this.#lastTurn.set(key, this.#turn);
      this.#running += 1;
      this.#runningOf.set(key, (this.#runningOf.get(key) ?? 0) + 1);
      waiter?.take();
    }
    if (this.#running === 0) this.#lastTurn.clear();
  }

  #next(): string | undefined {
    let best: { key: string; running: number; turn: number } | undefined;
    for (const [key, [first]] of this.#waiting) {
      const running = this.#runningOf.get(key) ?? 0;
      const turn = this.#lastTurn.get(key) ?? 0;
      if (first === undefined || running >= first.perKey) continue;
      if (best === undefined || running < best.running || (running === best.running && turn < best.turn))
        best = { key, running, turn };
    }
    return best?.key;
  }
}
