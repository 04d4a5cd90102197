import protobuf from "protobufjs";
import { compress } from "snappyjs";
import type { UnixSeconds } from "@/lib/units";

/** A series to be written. Times ascend. A null is a staleness marker: from there on the series has no value. */
export type WrittenSeries = {
  labels: Readonly<Record<string, string>>;
  samples: readonly (readonly [time: UnixSeconds, value: number | null])[];
};

/** What the server said to a write that it did not take. */
export class RemoteWriteError extends Error {
  override readonly name = "RemoteWriteError";
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

// prometheus/prompb: types.proto and remote.proto, as far as is written here.
const { root } = protobuf.parse(`
  syntax = "proto3";
  package prometheus;
  message Label { string name = 1; string value = 2; }
  message Sample { fixed64 bits = 1; int64 timestamp = 2; }
  message TimeSeries { repeated Label labels = 1; repeated Sample samples = 2; }
  message WriteRequest { repeated TimeSeries timeseries = 1; }
`);
const writeRequest = root.lookupType("prometheus.WriteRequest");

/** The bits that stand for "stale" among all that are no number (model/value/value.go). */
const staleBits = 0x7ff0000000000002n;

/**
 * Returns the body of a Prometheus remote write request (1.0): protobuf under snappy's block format. A sample's value goes
 * as its 64 bits, since a staleness marker is a NaN that JavaScript does not tell from others.
 */
export function encodeRemoteWrite(series: readonly WrittenSeries[]): Uint8Array {
  const timeseries = series.map(({ labels, samples }) => ({
    labels: Object.entries(labels)
      .filter(([, value]) => value !== "")
      .sort(([left], [right]) => Buffer.compare(Buffer.from(left), Buffer.from(right)))
      .map(([name, value]) => ({ name, value })),
    samples: samples.map(([time, value]) => ({
      bits: longOf(bitsOf(value)),
      timestamp: longOf(millisecondsOf(time)),
    })),
  }));
  return compress(writeRequest.encode({ timeseries }).finish());
}

/**
 * Writes series to a Prometheus that was started with `--web.enable-remote-write-receiver`. All or nothing: throws
 * RemoteWriteError with the server's words where one sample is out of order, a duplicate or out of bounds.
 */
export async function remoteWrite(
  url: string,
  series: readonly WrittenSeries[],
  { signal }: { signal?: AbortSignal } = {},
): Promise<void> {
  const response = await fetch(`${url}/api/v1/write`, {
    method: "POST",
    headers: {
      "Content-Type": "application/x-protobuf",
      "Content-Encoding": "snappy",
      "X-Prometheus-Remote-Write-Version": "0.1.0",
    },
    body: Buffer.from(encodeRemoteWrite(series)),
    signal,
  });
  const text = await response.text();
  if (!response.ok) throw new RemoteWriteError(response.status, text.trim());
}

const view = new DataView(new ArrayBuffer(8));

function bitsOf(value: number | null): bigint {
  if (value === null) return staleBits;
  view.setFloat64(0, value);
  return view.getBigUint64(0);
}

const millisecondsOf = (time: UnixSeconds) => BigInt(Math.round(time * 1000));

/** The form in which protobufjs takes 64 bits. */
function longOf(bits: bigint): { low: number; high: number } {
  return { low: Number(BigInt.asUintN(32, bits)), high: Number(BigInt.asUintN(32, bits >> 32n)) };
}
