/** A role that has started. */
export type Running = {
  /** The port it listens on. */
  port: number;
  /** Stops listening and working; what is in flight is dropped. */
  stop(): Promise<void>;
};
