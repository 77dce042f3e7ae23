// Runs the grpcurl session of the README against a server, and compares every answer with the one in the README.
//
//     node readme-session.mjs README.md 127.0.0.1:7420
//
// The server must be new, with --capacity 1TiB: only times may differ, all numbers must be equal. `buf curl` makes the
// calls, because npm has it; it prints the same JSON.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

const [readme, address] = process.argv.slice(2);
const CALL = /^\$ grpcurl -plaintext(?: -d '([^']*)')?[\s\\]+127\.0\.0\.1:7420 (holdfast\.v1\.\w+\/\w+)\n/;

const session = readFileSync(readme, "utf8").match(/^```console\n(\$ grpcurl [^]*?)^```$/m)?.[1];
assert.ok(session, `${readme} has no console block that begins with grpcurl`);

for (const entry of session.split(/^(?=\$ )/m)) {
  const [typed, data = "{}", method] = entry.match(CALL) ?? assert.fail(`not a call that can be made:\n${entry}`);
  assert.equal(call(method, data), withoutTimes(entry.slice(typed.length).trim()), method);
  console.log(`as README shows it: ${method}`);
}

/** Returns the output of grpcurl. */
function call(method, data) {
  const { status, stdout, stderr } = curl(method, data);
  return withoutTimes(status === 0 ? pretty(JSON.parse(stdout)) : failure(JSON.parse(stderr)));
}

function failure({ code, message, details }) {
  const name = code.replace(/(?:^|_)(.)/g, (_, initial) => initial.toUpperCase());
  const shown = details.map((detail, i) => `  ${i + 1})\t${pretty(decoded(detail)).replaceAll("\n", "\n    \t")}`);
  return `ERROR:\n  Code: ${name}\n  Message: ${message}\n  Details:\n${shown.join("\n")}`;
}

function decoded({ type, value }) {
  // If reflection does not know the type, grpcurl shows bytes.
  const { stdout } = curl("grpc.reflection.v1.ServerReflection/ServerReflectionInfo", `{"file_containing_symbol": "${type}"}`);
  assert.ok(JSON.parse(stdout).fileDescriptorResponse, `reflection does not know ${type}`);
  const args = ["convert", "proto", "--type", type, "--from", "-#format=binpb", "--to", "-#format=json"];
  const fields = JSON.parse(buf(args, Buffer.from(value, "base64")).stdout);
  // grpcurl sorts the fields of what is in an Any.
  return { "@type": `type.googleapis.com/${type}`, ...Object.fromEntries(Object.entries(fields).sort()) };
}

function curl(method, data) {
  const url = `http://${address}/${method}`;
  return buf(["curl", "--protocol", "grpc", "--http2-prior-knowledge", "--data", data, url]);
}

function buf(args, input) {
  const run = spawnSync("buf", args, { input, encoding: "utf8" });
  if (run.error) throw run.error;
  return run;
}

function pretty(value) {
  return JSON.stringify(value, null, 2);
}

function withoutTimes(text) {
  return text.replace(/"\d{4}-\d\d-\d\dT[\d:.]+Z"/g, '"<time>"');
}
