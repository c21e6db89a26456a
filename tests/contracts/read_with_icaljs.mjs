// Reads feeds with ical.js, the parser of Thunderbird: a base64 line in, a JSON line of events out.
import { createInterface } from "node:readline";
import ICAL from "ical.js";

const moment = (time) => (time.isDate ? time.toString() : time.toUnixTime());

function read(feed) {
  ICAL.TimezoneService.reset();
  const whole = new ICAL.Component(ICAL.parse(feed));
  for (const zone of whole.getAllSubcomponents("vtimezone")) ICAL.TimezoneService.register(zone);
  return whole.getAllSubcomponents("vevent").map((component) => {
    const event = new ICAL.Event(component);
    const state = component.getFirstPropertyValue("status");
    const free = component.getFirstPropertyValue("transp") === "TRANSPARENT";
    return [event.uid, moment(event.startDate), moment(event.endDate), event.summary, event.location ?? "", event.description ?? "", state, free];
  });
}

for await (const line of createInterface({ input: process.stdin })) {
  const answer = (() => {
    try {
      return { events: read(Buffer.from(line, "base64").toString("utf8")) };
    } catch (error) {
      return { error: String(error) };
    }
  })();
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
