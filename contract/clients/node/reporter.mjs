// One line a promise, and what went wrong below those that are not kept.

export default async function* report(events) {
  const label = process.env.EMULATOR_LABEL;
  for await (const { type, data } of events) {
    if (type === "test:pass" && !data.name.endsWith(".mjs")) {
      yield `ok   ${label}: ${data.name}\n`;
    } else if (type === "test:fail") {
      const { error } = data.details;
      yield `FAIL ${label}: ${data.name}\n${(error.cause ?? error).stack}\n`;
    }
  }
}
