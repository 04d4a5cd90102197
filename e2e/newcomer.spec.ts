import { administrator, test } from "./steps";

const essential = [
  "Request rate",
  "Time to first token",
  "Error rate by type",
  "Queue depth",
  "Token throughput",
  "GPU utilization",
  "GPU memory",
];

test("a newcomer signs in and sees the live service", async ({ when, then }) => {
  await when.theyOpen("/");
  await then.theyAreAt(/\/sign-in/);
  await when.theySignIn(administrator.email(), administrator.password());
  await then.theHeadingIs("Home");
  await when.theyFollow("chat-api");
  await then.theyAreAt(/\/overview\?service=chat-api/);
  await then.theHeadingIs("chat-api");
  for (const title of essential) await then.thePanelHasData(title);
});

test("a wrong password says so and lets nobody in", async ({ when, then }) => {
  await when.theyOpen("/sign-in");
  await when.theySignIn(administrator.email(), "not the password at all");
  await then.theySee(/password/i);
  await then.theyAreAt(/\/sign-in/);
});
