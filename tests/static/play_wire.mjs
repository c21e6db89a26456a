/** Plays a browser's end of the wire for a test: lines {call, args} come in, every event and answer goes out as a line. */
import { createInterface } from "node:readline";
import { Wire } from "../../static/wire.js";

const wire = new Wire(process.argv[2]);
const tell = (name, value) => console.log(JSON.stringify([name, value ?? null]));
for (const name of ["place", "entered", "facts", "call", "signal", "beat", "closed", "back", "unreachable"]) {
  wire.addEventListener(name, (event) => tell(name, event.detail));
}
wire.addEventListener("refused", (event) => tell("refused", event.detail.code));

for await (const line of createInterface({ input: process.stdin })) {
  const { call, args } = JSON.parse(line);
  Promise.resolve()
    .then(() => wire[call](...args))
    .then((answer) => tell(`${call} done`, answer))
    .catch((why) => tell(`${call} failed`, why.code ?? why.constructor.name));
}
wire.close();
process.exit(0);
