// The page around the check: takes the file, shows how far the check is, the report, and hands out its other forms.
const at = (id) => document.getElementById(id);
const form = at("ask"), chosen = at("file"), drop = at("drop"), status = at("status"), bar = at("bar"), result = at("result");
const NAMES = /^S(\d{8})_([1-4])_\d{8}_\d{3}\.csv$/;
const KINDS = { 1: "provisional", 2: "main", 3: "my_number", 4: "deletion" };
const SAID = {
  "loading": ["検査の規則を読み込んでいます…", "loading the rules…"],
  "ready": ["準備ができました。ファイルを選んでください。", "Ready. Choose a file."],
  "checking": ["検査しています…", "checking…"],
  "not-loaded": ["読み込めませんでした。ページを開き直してください。", "The rules could not be loaded. Open the page anew."],
  "not-readable": ["ファイルを読めません。もう一度選んでください。", "The file cannot be read. Choose it again."],
  "failed": ["検査できませんでした。ページを開き直してください。", "The check failed. Open the page anew."],
};
const worker = new Worker("/check/worker.js", { type: "module" });
let ready = false;
let expected = 0;

function say(ja, en) {
  const english = document.createElement("span");
  english.lang = "en";
  english.textContent = ` ${en}`;
  status.replaceChildren(ja, english);
}

function busy(state) {
  at("start").disabled = state || !ready;
  bar.hidden = !state;
  bar.removeAttribute("value");
  for (const button of at("save").querySelectorAll("button")) button.disabled = state;
}

const number = (value) => value.toLocaleString("ja-JP");

const heard = {
  "ready": () => { ready = true; document.body.dataset.state = "ready"; busy(false); say(...SAID.ready); },
  "progress": ({ records }) => {
    bar.value = Math.min(0.99, records / expected);
    say(`${number(records)} 件まで検査しました…`, `${number(records)} records so far…`);
  },
  "checked": ({ html, records, seconds }) => {
    const report = new DOMParser().parseFromString(html, "text/html").querySelector(".check-report");
    result.replaceChildren(document.importNode(report, true));
    at("save").hidden = false;
    busy(false);
    say(`${number(records)} 件を ${seconds.toFixed(1)} 秒で検査しました。`, `${number(records)} records in ${seconds.toFixed(1)} s.`);
    document.body.dataset.state = "checked";
    result.focus();
  },
  "rendered": ({ form: name, blob }) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = `shokai-check.${name}`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    busy(false);
  },
};
worker.onmessage = ({ data }) => (heard[data.told] ?? (() => { busy(false); say(...SAID[data.told]); }))(data);
worker.onerror = () => say(...SAID["not-loaded"]);

async function countLines(file) {
  const beginning = new Uint8Array(await file.slice(0, 65_536).arrayBuffer());
  const lines = beginning.reduce((count, byte) => count + (byte === 10), 0);
  return Math.max(1, lines * file.size / Math.max(1, beginning.length));
}

function takeFromName() {
  const file = chosen.files[0];
  const told = file && NAMES.exec(file.name);
  if (told) [at("plan").value, at("kind").value] = [told[1], KINDS[told[2]]];
  drop.dataset.chosen = file ? file.name : "";
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  document.body.dataset.state = "checking";
  busy(true);
  say(...SAID.checking);
  result.replaceChildren();
  at("save").hidden = true;
  const file = chosen.files[0];
  expected = await countLines(file);
  worker.postMessage({ ask: "check", file, kind: at("kind").value, plan: at("plan").value, asOf: at("as-of").value });
});
at("save").addEventListener("click", ({ target }) => {
  const name = target.closest("button")?.dataset.form;
  if (name) { busy(true); worker.postMessage({ ask: "render", form: name }); }
});
at("print").addEventListener("click", () => window.print());
chosen.addEventListener("change", takeFromName);
for (const kind of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(kind, (event) => {
    event.preventDefault();
    drop.classList.toggle("over", kind === "dragover");
    if (kind === "drop" && event.dataTransfer.files.length) { chosen.files = event.dataTransfer.files; takeFromName(); }
  });
}
at("as-of").value = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Tokyo" }).format(new Date());
say(...SAID.loading);
