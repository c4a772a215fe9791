// The check in a thread of its own: Python, and the very modules that the association's server runs.
// Once they are loaded, this thread has no way to send anything.
import { loadPyodide } from "/static/pyodide/pyodide.mjs";

const RULES = "/check/shokai-check.pyz";
const WAYS_OUT = [
  "fetch", "XMLHttpRequest", "WebSocket", "WebSocketStream", "WebTransport", "EventSource", "BroadcastChannel",
  "importScripts", "Worker", "SharedWorker", "indexedDB", "caches", "RTCPeerConnection", "Notification",
];
const TYPES = { json: "application/json", csv: "text/csv", html: "text/html" };
let BrowserCheck;
let check;

async function load() {
  const [python, rules] = await Promise.all([
    loadPyodide({ indexURL: "/static/pyodide/" }),
    fetch(RULES).then((answer) => answer.arrayBuffer()),
  ]);
  python.FS.writeFile("/rules.pyz", new Uint8Array(rules));
  python.runPython('import sys; sys.path.insert(0, "/rules.pyz"); from shared.check.browser import BrowserCheck');
  BrowserCheck = python.globals.get("BrowserCheck");
}

function closeTheWaysOut() {
  for (let place = self; place && place !== Object.prototype; place = Object.getPrototypeOf(place)) {
    for (const name of WAYS_OUT) delete place[name];
  }
  for (const name of WAYS_OUT) Object.defineProperty(self, name, { value: undefined });
}

function run({ file, kind, plan, asOf }) {
  const reader = new FileReaderSync();
  const sliceOf = (start, end) => new Uint8Array(reader.readAsArrayBuffer(file.slice(start, end)));
  const progress = (records) => postMessage({ told: "progress", records });
  const started = performance.now();
  check?.destroy();
  check = BrowserCheck(sliceOf, file.size, kind, plan, asOf, progress);
  postMessage({ told: "checked", html: check.section(), records: check.records, seconds: (performance.now() - started) / 1000 });
}

function render({ form }) {
  const parts = [];
  check.render(form, (text) => parts.push(text));
  postMessage({ told: "rendered", form, blob: new Blob(parts, { type: `${TYPES[form]};charset=utf-8` }) });
}

const loaded = load().then(closeTheWaysOut);
loaded.then(() => postMessage({ told: "ready" }), () => postMessage({ told: "not-loaded" }));
onmessage = async ({ data }) => {
  await loaded;
  try {
    (data.ask === "render" ? render : run)(data);
  } catch (error) {
    postMessage({ told: error.name === "NotReadableError" ? "not-readable" : "failed" });
  }
};
