import { type ClientRequest, Traffic, type TrafficOptions } from "./arrivals";
import { demoDeployments } from "./deployment";
import { createRandom } from "./random";
import { Replica, type ReplicaRequest, type ReplicaState } from "./replica";

/** What `--state` files hold: a replica as it was at `state.at`. */
export type SavedReplica = { format: 1; version: string; instance: string; state: ReplicaState };

/** A request of the traffic as a replica takes it; the client's patience goes with it, as no connection will close. */
export function replicaRequest(request: ClientRequest, id: string): ReplicaRequest {
  return {
    id,
    user: request.user,
    promptTokens: request.promptTokens,
    maxTokens: request.maxTokens,
    fault: request.invalid ? "temperature must be between 0 and 2." : null,
    patience: request.patience,
  };
}

/** The demo's replicas under its traffic, without a clock: `advance` moves them all to a time. */
export class Fleet {
  readonly replicas: readonly Replica[];
  readonly #traffic: Traffic;
  readonly #balance;
  #next: ClientRequest;
  #requests = 0;

  constructor(options: TrafficOptions, from: number) {
    this.replicas = demoDeployments.map((deployment) => new Replica(deployment, options.seed, from));
    this.#traffic = new Traffic(options, from);
    this.#balance = createRandom(options.seed, "balance");
    this.#next = this.#traffic.next();
  }

  get requests(): number {
    return this.#requests;
  }

  advance(to: number): void {
    while (this.#next.at <= to) {
      const index = Math.floor(this.#balance.uniform() * this.replicas.length);
      const id = `h${this.#requests++}`;
      this.replicas[index]!.submit(replicaRequest(this.#next, id), this.#next.at);
      this.#next = this.#traffic.next();
    }
    for (const replica of this.replicas) replica.collect(to);
  }
}
