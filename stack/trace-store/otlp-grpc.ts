import {
  Server,
  ServerCredentials,
  type ServiceDefinition,
  status,
  type UntypedHandleCall,
} from "@grpc/grpc-js";
import { type DecodedTraces, decodeProtobuf, encodeResponse, MalformedTraces } from "./otlp";
import type { OtlpOptions } from "./otlp-http";
import type { AppendResult } from "./store";

type ExportCall = { request: Buffer };
type ExportCallback = (error: { code: status; details: string } | null, response?: AppendResult) => void;

/** The message stays bytes until the handler, so that one that cannot be read is the caller's fault, not ours. */
const TRACE_SERVICE: ServiceDefinition = {
  Export: {
    path: "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
    requestStream: false,
    responseStream: false,
    requestSerialize: (bytes: Buffer) => bytes,
    requestDeserialize: (bytes: Buffer) => bytes,
    responseSerialize: (result: AppendResult) => encodeResponse(result.rejected, result.reason),
    responseDeserialize: (bytes: Buffer) => bytes,
  },
};

/** Returns a server, not yet bound, that takes OTLP/gRPC traces. */
export function createOtlpGrpcServer(options: OtlpOptions): Server {
  const server = new Server({ "grpc.max_receive_message_length": options.maxRequestBytes });
  const receive = (call: ExportCall, callback: ExportCallback) => {
    let decoded: DecodedTraces;
    try {
      decoded = decodeProtobuf(call.request);
    } catch (error) {
      if (error instanceof MalformedTraces)
        callback({ code: status.INVALID_ARGUMENT, details: error.message });
      else {
        options.onError(error);
        callback({ code: status.INTERNAL, details: "The trace store failed to take the request." });
      }
      return;
    }
    const appended = options.append(decoded.spans);
    callback(null, {
      rejected: decoded.rejected + appended.rejected,
      reason: decoded.reason ?? appended.reason,
    });
  };
  server.addService(TRACE_SERVICE, { Export: receive as UntypedHandleCall });
  return server;
}

/** Binds the server; returns the port it got. Rejects with grpc-js's message when it cannot. */
export function bindGrpc(server: Server, host: string, port: number): Promise<number> {
  const address = host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
  return new Promise((resolve, reject) => {
    server.bindAsync(address, ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
}

/** Stops the server: calls in progress get `graceMs` to end. */
export function stopGrpc(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const force = setTimeout(() => {
      server.forceShutdown();
      resolve();
    }, graceMs);
    server.tryShutdown(() => {
      clearTimeout(force);
      resolve();
    });
  });
}
