/** Lets Python ask a module of static/: lines {call, args} come in, the answers go out as lines of JSON. */
import { createInterface } from "node:readline";

const module = await import(new URL(`../../static/${process.argv[2]}`, import.meta.url).href);

for await (const line of createInterface({ input: process.stdin })) {
  const { call, args } = JSON.parse(line);
  console.log(JSON.stringify(module[call](...args) ?? null));
}
