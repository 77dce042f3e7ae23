// Adds new events to the page of events as they come. Without this script, its link reloads the page.

const PERIOD_MILLIS = 2000;
const LONGEST_PAUSE_MILLIS = 30000;
// The newest rows that are kept, so that a page that stays open does not grow.
const MOST_ROWS = 500;

const rows = document.getElementById("events");
const status = document.getElementById("live");

async function addNewRows() {
  const answer = await fetch(`${rows.dataset.feed}?after=${rows.dataset.revision}`, { cache: "no-store" });
  if (answer.redirected || answer.status === 404) {
    return false;
  }
  if (!answer.ok) {
    throw new Error(`status ${answer.status}`);
  }
  const template = document.createElement("template");
  template.innerHTML = await answer.text();
  const found = template.content.querySelectorAll("tr");
  if (found.length > 0) {
    rows.dataset.revision = found[0].dataset.revision;
    for (const row of found) {
      row.classList.add("new");
    }
    rows.prepend(template.content);
    while (rows.rows.length > MOST_ROWS) {
      rows.rows[rows.rows.length - 1].remove();
    }
  }
  return true;
}

async function follow() {
  let pause = PERIOD_MILLIS;
  for (;;) {
    if (!document.hidden) {
      try {
        if (!(await addNewRows())) {
          status.textContent = "The page cannot be read any more. Load it again.";
          return;
        }
        status.textContent = "New events appear here by themselves.";
        pause = PERIOD_MILLIS;
      } catch (error) {
        status.textContent = `The server does not answer (${error.message}); trying again.`;
        pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
      }
    }
    await new Promise((resume) => setTimeout(resume, pause));
  }
}

if (rows && status) {
  follow();
}
