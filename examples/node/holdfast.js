// A Holdfast client from the .proto files: calls as promises, errors with the reason and the numbers.

import { fileURLToPath } from "node:url";
import grpc from "@grpc/grpc-js";
import protoLoader from "@grpc/proto-loader";

const proto = (path) => fileURLToPath(new URL(`../../proto/${path}`, import.meta.url));

const definition = protoLoader.loadSync(
  ["holdfast/v1/repository.proto", "holdfast/v1/reservations.proto", "google/rpc/error_details.proto"],
  {
    includeDirs: [proto("src/main/proto"), proto("third_party")],
    // An int64 does not fit into a JavaScript number.
    longs: String,
    enums: String,
    defaults: true,
  },
);
const { RepositoryService, ReservationsService } = grpc.loadPackageDefinition(definition).holdfast.v1;
const Status = definition["google.rpc.Status"];
const ErrorInfo = definition["google.rpc.ErrorInfo"];

export function connect(address) {
  const credentials = grpc.credentials.createInsecure();
  return {
    repositories: promises(new RepositoryService(address, credentials)),
    reservations: promises(new ReservationsService(address, credentials)),
  };
}

/** Returns the google.rpc.ErrorInfo of an error of Holdfast; undefined for an error of the transport. */
export function errorInfo(error) {
  const [status] = error.metadata?.get("grpc-status-details-bin") ?? [];
  const detail = status && Status.deserialize(status).details.find((any) => any.type_url.endsWith("/google.rpc.ErrorInfo"));
  return detail && ErrorInfo.deserialize(detail.value);
}

function promises(client) {
  return new Proxy(client, {
    get: (_, rpc) => (request) =>
      new Promise((resolve, reject) =>
        client[rpc](request, { deadline: Date.now() + 10_000 }, (error, response) =>
          error ? reject(error) : resolve(response),
        ),
      ),
  });
}
