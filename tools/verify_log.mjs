// Checks the log of an exported study or evaluation: every event's hash, that each continues the one
// before, and the files that come along.
//
//     node tools/verify_log.mjs study.json [ahp.db.checkpoints receipt-key.pem]
//
// With checkpoints and the server's public key, also that the log is an extension of those of it
// (docs/checkpoints.md).
//
// Needs nothing but Node.js, and shares no code with the program that wrote the file. What is hashed
// stands in docs/log-format.md.
import { createHash, createPublicKey, verify } from "node:crypto";
import { readFileSync } from "node:fs";

const SINCE_FORMAT_2 = ["format", "actor_kind", "actor_id"];

// RFC 8785: keys by their UTF-16 code units, as JavaScript sorts; texts and numbers as it writes them
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join()}}`;
}

const sha256 = (content) => createHash("sha256").update(content).digest("hex");

// What is wrong with an event after the one before it, which is undefined for the first
function problem(event, before) {
  const hashed = { ...event };
  delete hashed.hash;
  if (event.format === 1) for (const name of SINCE_FORMAT_2) delete hashed[name];
  if (sha256(canonical(hashed)) !== event.hash) return "its content does not match its hash";
  if (event.seq !== (before?.seq ?? 0) + 1) return `event ${(before?.seq ?? 0) + 1} is missing before it`;
  if (event.previous_hash !== (before?.hash ?? "")) return "it does not continue the event before it";
  if (![1, 2].includes(event.format)) return `its format is ${event.format}, expected 1 or 2`;
  if (event.format === 2 && !event.actor_kind) return "it does not say who did it";
  if (before && event.format < before.format) return "its format is older than that of the event before it";
  const begins = before !== undefined && event.format > before.format;
  if (begins !== (event.kind === "chain_sealed")) {
    return begins ? "the part before it was not sealed" : "it seals nothing";
  }
  const seal = { events: before?.seq, format: before?.format, last_hash: before?.hash };
  if (begins && event.detail !== canonical(seal)) return "it does not name the last hash of the part it seals";
  return null;
}

const data = JSON.parse(readFileSync(process.argv[2], "utf8"));
const { kind, format, events, files = [] } = data;
const name = { "ahp study": "study", "ahp evaluation": "evaluation" }[kind];
if (name === undefined || format !== 2) {
  console.error(`kind ${kind} with format ${format}, expected an ahp study or evaluation with format 2`);
  process.exit(2);
}
const book = data[name];
const same = { study_id: book.id, survey_hash: sha256(name === "study" ? data.survey : data.events_in) };
let before;
for (const event of events) {
  const found = problem({ ...event, ...same }, before);
  if (found) {
    console.error(`event ${event.seq} (${event.event_id}): ${found}`);
    process.exit(1);
  }
  before = event;
}
if (before?.seq !== book.head_seq || before?.hash !== book.head_hash) {
  console.error(`the log ends with event ${before?.seq}, the ${name}'s head is event ${book.head_seq}`);
  process.exit(1);
}
for (const file of files) {
  if (sha256(Buffer.from(file.content, "base64")) !== file.sha256) {
    console.error(`file ${file.sha256}: its content does not match its hash`);
    process.exit(1);
  }
}
const parts = [1, 2].map((number) => events.filter((event) => event.format === number).length);
console.log(`${name} ${book.id}: ${events.length} events (${parts[0]} in format 1), head ${before.hash}`);

// The root of the Merkle tree over leaves (RFC 6962)
function root(leaves) {
  if (leaves.length === 1) return digest(Buffer.from([0]), leaves[0]);
  let left = 1;
  while (2 * left < leaves.length) left *= 2;
  return digest(Buffer.from([1]), root(leaves.slice(0, left)), root(leaves.slice(left)));
}

function digest(...parts) {
  return createHash("sha256").update(Buffer.concat(parts)).digest();
}

const [checkpoints, pem] = process.argv.slice(3);
if (checkpoints) {
  const key = createPublicKey(readFileSync(pem));
  const leaves = events.map((event) => Buffer.from(event.hash));
  const own = [name === "study" ? "studies" : "evaluations", book.id];
  const note = /^(ahp\/\S+)\n(\d+)\n(\S+)\n\n— \1 (\S+)\n/gm;
  let held = 0;
  for (const [, origin, size, stated, signature] of readFileSync(checkpoints, "utf8").matchAll(note)) {
    const signed = Buffer.from(signature, "base64").subarray(4);
    if (!verify(null, Buffer.from(`${origin}\n${size}\n${stated}\n`), key, signed)) {
      console.error(`checkpoint ${origin} ${size}: the signature is not that of the key`);
      process.exit(1);
    }
    const [, , kind, id] = origin.split("/");
    if (kind !== own[0] || decodeURIComponent(id) !== own[1]) continue;
    if (leaves.length < Number(size)) {
      console.error(`a checkpoint has ${size} events, the log ${leaves.length}`);
      process.exit(1);
    }
    if (root(leaves.slice(0, Number(size))).toString("base64") !== stated) {
      console.error(`the first ${size} events are not those of a checkpoint`);
      process.exit(1);
    }
    held += 1;
  }
  if (!held) {
    console.error(`no checkpoint is of this ${name}`);
    process.exit(1);
  }
  console.log(`${held} checkpoints of it hold`);
}
