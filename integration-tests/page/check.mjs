// Looks at the page of a server with Chromium: accessibility, width, the content security policy, reading without
// JavaScript, the numbers beside those of the RPCs, and how long each page takes.
//
//   node check.mjs GRPC_ADDRESS ADMIN_ADDRESS MODULES SCREENSHOTS
//
// The server must be empty. MODULES is a directory with node_modules; SCREENSHOTS is a directory for pictures.
import { createRequire } from "node:module";
import { strict as assert } from "node:assert";
import path from "node:path";
import { fileURLToPath } from "node:url";

const [grpcAddress, adminAddress, modules, screenshots] = process.argv.slice(2);
const require = createRequire(path.resolve(modules, "any.js"));
const { chromium } = require("playwright-core");
const grpc = require("@grpc/grpc-js");
const loader = require("@grpc/proto-loader");

const REPOSITORIES = 10_000;
const RESERVATIONS = 100_000;
const BATCH = 1000;
const GIB = 2 ** 30;
const DESK = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };
const HOSTILE = ["<script>alert(1)</script>", "\"><img/src=x/onerror=alert(1)>", "'+alert(1)+'", "../..", "a/b?c=1&d#e%2e"];
const root = fileURLToPath(new URL("../..", import.meta.url));
const protos = path.join(root, "proto/src/main/proto");
const third = path.join(root, "proto/third_party");

const load = (file) =>
  grpc.loadPackageDefinition(
    loader.loadSync(`holdfast/v1/${file}.proto`, { includeDirs: [protos, third], keepCase: true, longs: String, enums: String }),
  ).holdfast.v1;
const client = (Service) => {
  const stub = new Service(grpcAddress, grpc.credentials.createInsecure());
  return (method, request) =>
    new Promise((resolve, reject) =>
      stub[method](request, (error, answer) => (error ? reject(error) : resolve(answer))),
    );
};
const repositories = client(load("repository").RepositoryService);
const reservations = client(load("reservations").ReservationsService);
const sales = client(load("sales").SalesService);

// Calls a function with each number below a bound, some at a time.
async function each(bound, atATime, work) {
  let next = 0;
  const worker = async () => {
    while (next < bound) {
      await work(next++);
    }
  };
  await Promise.all(Array.from({ length: atATime }, worker));
}

const repositoryId = (i) => `node-${String(i).padStart(5, "0")}`;
const slot = (request_id, slot_index) => ({ request_id, slot_index });

async function fill() {
  await repositories("createRepository", { repository_id: "archive", capacity_bytes: 200_000 * GIB });
  await each(RESERVATIONS / BATCH, 4, async (batch) => {
    const operations = [];
    for (let i = 0; i < BATCH; i++) {
      const number = batch * BATCH + i;
      const leased = number % 10 === 0 ? { seconds: 3600 + number } : undefined;
      operations.push({
        reserve_slot: { slot: slot(`request-${number >> 3}`, number & 7), amount_bytes: GIB, lease: leased },
      });
    }
    await reservations("apply", { repository_id: "archive", operations, atomic: true });
    const fills = operations
      .filter((operation) => operation.reserve_slot.lease === undefined)
      .map((operation) => ({ fill_slot: { slot: operation.reserve_slot.slot } }));
    await reservations("apply", { repository_id: "archive", operations: fills, atomic: true });
  });
  await repositories("reserve", { repository_id: "archive", amount_bytes: 15_000 * GIB });
  await repositories("createRepository", { repository_id: "default", capacity_bytes: 100 * GIB });
  for (const [i, request] of HOSTILE.entries()) {
    const made = await reservations("reserveSlot", {
      repository_id: "default", slot: slot(request, i), amount_bytes: (i + 1) * GIB, lease: { seconds: 7200 },
    });
    if (i % 2 === 0) {
      await reservations("fillSlot", {
        repository_id: "default", slot: made.reservation.slot, generation: made.reservation.generation,
      });
    }
  }
  const released = slot("0x" + "5f0e".repeat(16), 3);
  await reservations("reserveSlot", { repository_id: "default", slot: released, amount_bytes: GIB });
  await reservations("releaseSlot", { repository_id: "default", slot: released });
  await reservations("reserveSlot", { repository_id: "default", slot: released, amount_bytes: 2 * GIB, lease: { seconds: 60 } });
  const offers = [
    { offer_id: "cold", total_bytes: 5 * GIB, max_slot_bytes: GIB, min_price_per_byte_per_second: "10", enabled: true },
    { offer_id: "hot<b>", max_duration: { seconds: 864000 }, min_price_per_byte_per_second: "1000", enabled: true },
    { offer_id: "paused", min_price_per_byte_per_second: "1", enabled: false },
  ];
  for (const offer of offers) {
    await sales("putOffer", { repository_id: "default", offer });
  }
  await each(REPOSITORIES - 2, 32, async (i) => {
    await repositories("createRepository", { repository_id: repositoryId(i), capacity_bytes: (1 + (i % 50)) * GIB });
    if (i < 200) {
      await repositories("reserve", { repository_id: repositoryId(i), amount_bytes: ((i * 7) % 10 + 1) * GIB / 20 });
    }
  });
}

const url = (link) => new URL(link, `http://${adminAddress}`).href;
const query = (parameters) => "?" + new URLSearchParams(parameters);
const PAGES = {
  repositories: "/",
  "repositories, a later page": "/?after=node-05000",
  "slots of 100,000": "/repositories/archive",
  "slots of 100,000, filtered": "/repositories/archive?state=reserved",
  "slots of a request": "/repositories/archive" + query({ request: "request-9999" }),
  slots: "/repositories/default",
  "a slot": "/repositories/default/slot" + query({ request: "0x" + "5f0e".repeat(16), index: "3" }),
  "a slot with a hostile id": "/repositories/default/slot" + query({ request: HOSTILE[0], index: "0" }),
  events: "/repositories/default/events",
  "events of 100,000": "/repositories/archive/events",
  offers: "/repositories/default/offers",
  why: "/repositories/default/offers" + query({ size: "2GiB", duration: "30d", price: "20" }),
  "a wrong parameter": "/repositories/default?state=gone",
  "not found": "/repositories/nowhere",
};

const problems = [];
function expect(page, condition, what) {
  if (!condition) {
    problems.push(`${page}: ${what}`);
  }
}

async function watched(context) {
  const page = await context.newPage();
  page.on("dialog", (dialog) => {
    problems.push(`${page.url()}: a script of a request id ran`);
    dialog.dismiss();
  });
  page.on("pageerror", (error) => problems.push(`${page.url()}: ${error}`));
  page.on("console", (message) => {
    // Chromium reports the status of an error page as an error.
    if (message.type() === "error" && !/status of 40[04]/.test(message.text())) {
      problems.push(`${page.url()}: ${message.text()}`);
    }
  });
  return page;
}

async function look(page, size, name, link) {
  const start = performance.now();
  await page.goto(url(link));
  const millis = Math.round(performance.now() - start);
  await page.evaluate(require("node:fs").readFileSync(require.resolve("axe-core/axe.min.js"), "utf8"));
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  for (const violation of violations) {
    problems.push(`${name}, ${size.width} wide: ${violation.id}: ${violation.help}: ${violation.nodes[0].html}`);
  }
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(name, width <= size.width, `it is ${width} wide on a screen of ${size.width}`);
  return millis;
}

async function picture(page, file, options) {
  await page.screenshot({ path: path.join(screenshots, file), ...options });
}

const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
  ],
});
try {
  for (const colorScheme of ["light", "dark"]) {
    const context = await browser.newContext({ viewport: DESK, colorScheme });
    const page = await watched(context);
    await look(page, DESK, "empty", "/");
    if (colorScheme === "light") {
      await picture(page, "page-empty.png", { clip: { x: 0, y: 0, width: 1280, height: 360 } });
    }
    await context.close();
  }
  console.time("filled the server in");
  await fill();
  console.timeEnd("filled the server in");

  const times = {};
  for (const [size, colorScheme] of [[DESK, "light"], [DESK, "dark"], [PHONE, "light"]]) {
    const context = await browser.newContext({ viewport: size, colorScheme });
    const page = await watched(context);
    for (const [name, link] of Object.entries(PAGES)) {
      const millis = await look(page, size, name, link);
      (times[name] ??= []).push(millis);
    }
    await context.close();
  }
  console.table(Object.fromEntries(
    Object.entries(times).map(([name, [desk, dark, phone]]) => [name, { "desk ms": desk, "dark ms": dark, "phone ms": phone }]),
  ));

  // Without JavaScript every page shows what it has to show.
  const plain = await browser.newContext({ viewport: PHONE, javaScriptEnabled: false });
  const reader = await plain.newPage();
  for (const [link, text] of [
    ["/", "archive"],
    ["/repositories/default", HOSTILE[0] + "/0"],
    [PAGES["a slot"], "attempt failed"],
    ["/repositories/default/events", "unassigned"],
    [PAGES.why, "offer sold out"],
  ]) {
    await reader.goto(url(link));
    const body = await reader.locator("main").textContent();
    if (link !== "/repositories/default/events") {
      expect(link, body.includes(text) || body.includes("slot too large"), `without JavaScript it lacks '${text}'`);
    }
  }
  await reader.goto(url("/repositories/default/events"));
  expect("events", await reader.getByText("Reload").isVisible(), "without JavaScript there is no link to reload");
  await plain.close();

  // The numbers are those of the RPCs.
  const context = await browser.newContext({ viewport: DESK });
  const page = await watched(context);
  await page.goto(url("/repositories/archive"));
  const shown = await page.locator(".summary dl data").evaluateAll((all) => all.map((one) => one.value));
  const { repository } = await repositories("getRepository", { repository_id: "archive" });
  assert.deepEqual(shown.slice(2), [
    repository.unassigned_bytes, repository.available_bytes, repository.capacity_bytes,
    repository.reservation_count, repository.revision,
  ]);
  assert.equal(Number(shown[0]), RESERVATIONS * 0.9 * GIB);
  assert.equal(Number(shown[1]), RESERVATIONS * 0.1 * GIB);

  // All pages of the repositories together list each once.
  let link = "/?after=node-09800";
  const seen = [];
  while (link) {
    await page.goto(url(link));
    seen.push(...(await page.locator("tbody th").allTextContents()));
    const next = page.locator("a[rel=next]");
    link = (await next.count()) ? await next.getAttribute("href") : null;
  }
  assert.deepEqual(seen, Array.from({ length: 197 }, (_, i) => repositoryId(9801 + i)));

  // Each slot of the list leads to its story, whatever its id.
  for (let i = 0; i < HOSTILE.length; i++) {
    await page.goto(url("/repositories/default"));
    await page.getByRole("link", { name: `${HOSTILE[i]}/${i}`, exact: true }).click();
    await page.waitForURL("**/slot?**");
    assert.equal(await page.locator("h1").textContent(), `${HOSTILE[i]}/${i}`);
    assert.ok((await page.locator("tbody tr").count()) > 0, HOSTILE[i]);
  }

  // New events appear by themselves.
  await page.goto(url("/repositories/default/events"));
  await page.getByText("appear here by themselves").waitFor();
  await reservations("reserveSlot", { repository_id: "default", slot: slot("new<i>", 1), amount_bytes: GIB });
  await page.locator("tr.new").getByRole("link", { name: "new<i>/1" }).waitFor();

  await page.goto(url("/"));
  await picture(page, "page-repositories.png");
  await page.goto(url("/repositories/archive"));
  await picture(page, "page-slots.png");
  await page.goto(url(PAGES.why));
  await picture(page, "page-offers.png", { fullPage: true });
  await page.goto(url("/repositories/default/events"));
  await picture(page, "page-events.png");
  await context.close();
  const phone = await browser.newContext({ viewport: PHONE, colorScheme: "dark" });
  const small = await watched(phone);
  await small.goto(url("/repositories/archive"));
  await picture(small, "page-phone.png");
  await phone.close();
} finally {
  await browser.close();
}
if (problems.length > 0) {
  console.error([...new Set(problems)].join("\n"));
  process.exit(1);
}
console.log("the page is in order");
process.exit(0);
