// Keys: an element with data-key is pressed or focused by that key; what the page itself offers goes before other pages. Typing counts as being at work.
const keysOn = document.getElementById("keys-on");
const STAY_MILLISECONDS = 60_000;
let stayedAt = performance.now();

function typing(target) {
  return target.closest("textarea, select, input:not([type=checkbox]):not([type=radio])") !== null;
}

function act(element) {
  element.focus();
  element.scrollIntoView({ block: "nearest" });
  if (element.dataset.does !== "focus") element.click();
}

function moveBetweenRows(step) {
  const rows = [...document.querySelectorAll("[data-row]")];
  if (!rows.length) return;
  const here = rows.findIndex((row) => row === document.activeElement);
  rows[Math.min(rows.length - 1, Math.max(0, here + step))].focus();
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.ctrlKey && !event.isComposing) {
    (event.target.closest("form") ?? document.querySelector("form[data-main]"))?.requestSubmit();
    return;
  }
  if (!keysOn?.checked || event.ctrlKey || event.altKey || event.metaKey || event.isComposing || typing(event.target)) return;
  const wanted = `[data-key="${CSS.escape(event.key)}"]`;
  const own = document.querySelector(`main ${wanted}`);
  if (!own && (event.key === "j" || event.key === "k") && document.querySelector("[data-row]")) {
    moveBetweenRows(event.key === "j" ? 1 : -1);
    return;
  }
  const found = own ?? document.querySelector(wanted);
  if (found) {
    event.preventDefault();
    act(found);
  }
});

if (keysOn) {
  keysOn.checked = localStorage.getItem("keys") !== "off";
  keysOn.addEventListener("change", () => localStorage.setItem("keys", keysOn.checked ? "on" : "off"));
}

document.addEventListener("input", () => {
  if (performance.now() - stayedAt < STAY_MILLISECONDS) return;
  stayedAt = performance.now();
  fetch("/alive", { cache: "no-store" });
});

for (const form of document.querySelectorAll("form")) {
  form.addEventListener("submit", () => setTimeout(() => {
    for (const button of form.querySelectorAll("button")) button.disabled = true;
  }));
}
